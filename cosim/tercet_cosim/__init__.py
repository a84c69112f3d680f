"""Co-simulation: the emitted artifacts run and compared, up to the sign-off."""
