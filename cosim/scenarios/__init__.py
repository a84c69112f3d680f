"""What must not harm the fabric: scenarios for the regression; the wheel does not ship them."""
