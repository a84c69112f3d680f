"""A sign-off: prepare once, run every check of `tercet_signoff.checks`, report."""
