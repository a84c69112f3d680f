"""Re-check of certificates, and the audit of the integer network against the model."""
