"""Trains cnv: python -m models.cnv.train."""

import torch
from models.cnv.model import HERE, Cnv
from models.digits import coloured
from models.training import Course, train

if __name__ == "__main__":
    torch.manual_seed(0)
    train(Cnv(), coloured(), HERE, Course(30, shift=2))
