"""Trains digits_mlp: python -m models.digits_mlp.train."""

import torch
from models.digits import vectors
from models.digits_mlp.model import HERE, DigitsMlp
from models.training import Course, train

if __name__ == "__main__":
    torch.manual_seed(0)
    train(DigitsMlp(), vectors(), HERE, Course(60))
