"""HLS C++14 that runs a network by the header kernels of hls/include."""
