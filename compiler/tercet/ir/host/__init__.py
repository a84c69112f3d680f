"""What the host does before and after the integers."""
