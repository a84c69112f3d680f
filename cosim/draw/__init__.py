"""Random programs, networks and fabrics for the regression; the wheel does not ship them."""
