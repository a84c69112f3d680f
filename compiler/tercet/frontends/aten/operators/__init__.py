"""One file for each kind of torch operator. Nothing lists them."""
