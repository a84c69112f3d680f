"""Addresses in the banks, and what is streamed, from how long each thing is needed."""
