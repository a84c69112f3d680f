"""One file for each kind of operator; the registry imports all of them."""
