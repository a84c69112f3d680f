"""The float dialect from graphs of torch operators, as torch.export makes them."""
