"""Samples of a model from a file, in the model's own units, with the class of each."""

from tercet.frontends.samples.model_samples import read_labels, with_samples

__all__ = ["read_labels", "with_samples"]
