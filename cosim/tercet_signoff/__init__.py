"""A sign-off: one preparation, every check of `tercet_signoff.checks`, one report."""
