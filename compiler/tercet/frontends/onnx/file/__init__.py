"""Reading a file that nobody vouches for: limits, types, constants, the rules of a graph."""
