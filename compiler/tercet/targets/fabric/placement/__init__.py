"""Places in the banks: what stays, what is streamed, and for how long each thing is needed."""
