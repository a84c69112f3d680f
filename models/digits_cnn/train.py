"""Trains digits_cnn: python -m models.digits_cnn.train."""

import torch
from models.digits import images
from models.digits_cnn.model import HERE, DigitsCnn
from models.training import Course, train

if __name__ == "__main__":
    torch.manual_seed(0)
    train(DigitsCnn(), images(), HERE, Course(40))
