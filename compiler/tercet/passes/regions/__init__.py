"""Regions: the real functions between integers and the next quantizer."""
