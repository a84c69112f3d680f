"""Trains mobile_mini: python -m models.mobile_mini.train."""

import torch
from models.digits import images
from models.mobile_mini.model import HERE, MobileMini
from models.training import Course, train

if __name__ == "__main__":
    torch.manual_seed(0)
    train(MobileMini(), images(enlarge=2), HERE, Course(40))
