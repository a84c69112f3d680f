"""Post-training quantization: a float module in, a Brevitas module that Tercet takes out.

The mathematics is Brevitas' own; here it is only set up, fed and written down. `api` is the way in;
what it writes needs `tercet.quantizers` alone.
"""
