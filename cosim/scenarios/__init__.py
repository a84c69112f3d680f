"""Scenarios of misuse and bad programs for the regression; the wheel does not ship them."""
