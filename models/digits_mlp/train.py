"""Trains digits_mlp: python -m models.digits_mlp.train."""

import torch
from models.digits import images, train
from models.digits_mlp.model import HERE, DigitsMlp

if __name__ == "__main__":
    torch.manual_seed(0)
    train(DigitsMlp(), *images(), HERE, epochs=60)
