"""Trains tfmbs_mlp: python -m models.tfmbs_mlp.train."""

import torch
from models.digits import vectors
from models.tfmbs_mlp.model import HERE, TfmbsMlp
from models.training import Course, train

if __name__ == "__main__":
    torch.manual_seed(0)
    train(TfmbsMlp(), vectors(enlarge=3, border=2), HERE, Course(60))
