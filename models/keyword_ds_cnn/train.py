"""Trains keyword_ds_cnn: python -m models.keyword_ds_cnn.train."""

import torch
from models.keyword_ds_cnn.model import HERE, KeywordDsCnn
from models.training import Course, train
from models.vowels import utterances

if __name__ == "__main__":
    torch.manual_seed(0)
    train(KeywordDsCnn(), utterances(), HERE, Course(120))
