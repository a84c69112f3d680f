"""What a network can become: each target is a folder with the same door."""
