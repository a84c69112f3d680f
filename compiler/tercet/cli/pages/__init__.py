"""Output of the commands: tables for a terminal, pages for a browser."""
