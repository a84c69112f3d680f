"""Trains tfc_2w2a: python -m models.tfc_2w2a.train."""

import torch
from models.digits import images
from models.tfc_2w2a.model import HERE, Tfc2w2a
from models.training import Course, train

if __name__ == "__main__":
    torch.manual_seed(0)
    train(Tfc2w2a(), images(enlarge=3, border=2), HERE, Course(150, shift=1))
