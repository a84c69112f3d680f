"""`make gen`: writes the generated files that are kept in the repository, each from its one source."""
