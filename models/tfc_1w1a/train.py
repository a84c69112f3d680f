"""Trains tfc_1w1a: python -m models.tfc_1w1a.train."""

import torch
from models.digits import images
from models.tfc_1w1a.model import HERE, Tfc1w1a
from models.training import Course, train

if __name__ == "__main__":
    torch.manual_seed(0)
    train(Tfc1w1a(), images(enlarge=3, border=2), HERE, Course(150, decay=0.0, shift=2))
