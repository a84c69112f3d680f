"""Post-training quantization: a Brevitas module that Tercet takes, from a float module.

Brevitas computes; this package sets it up, feeds it and writes the result as Python. `api` is the
entry point; the written file imports only `tercet.quantizers`.
"""
