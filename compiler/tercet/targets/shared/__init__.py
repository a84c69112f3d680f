"""What targets share that write a network down as text: names, constants, one call a step."""
