"""One file for each kind of torch operator; the registry imports all of them."""
