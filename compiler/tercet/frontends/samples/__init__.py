"""Real inputs of a model: out of a file, in the model's own units, with the class of each."""

from tercet.frontends.samples.fit import read_labels, with_samples

__all__ = ["read_labels", "with_samples"]
