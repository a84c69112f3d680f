"""One file for each kind of operator. Nothing lists them."""
