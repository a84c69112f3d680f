"""Finding integers that compute a region exactly, and the certificate of each."""
