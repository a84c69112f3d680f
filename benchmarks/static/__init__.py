"""What ONNXRuntime's quantize_static makes of float networks, and what Tercet makes of that."""
