"""Trains tfmbs_mlp: python -m models.tfmbs_mlp.train."""

import torch
from models.digits import images, train
from models.tfmbs_mlp.model import HERE, TfmbsMlp

if __name__ == "__main__":
    torch.manual_seed(0)
    train(TfmbsMlp(), *images(enlarge=3, border=2), HERE, epochs=60)
