"""`make gen`: everything that is generated from one source and kept in the repository."""
