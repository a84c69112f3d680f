"""The emitted C and HLS C++ as executors."""
