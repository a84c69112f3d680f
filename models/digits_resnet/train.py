"""Trains digits_resnet: python -m models.digits_resnet.train."""

import torch
from models.digits import images
from models.digits_resnet.model import HERE, DigitsResnet
from models.training import Course, train

if __name__ == "__main__":
    torch.manual_seed(0)
    train(DigitsResnet(), images(), HERE, Course(40))
