"""Data movement, padding and maxima leave the reals."""
