"""`make gen`: writes the generated files of the repository, each from its one source."""
