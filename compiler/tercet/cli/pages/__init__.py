"""What commands print: tables for the terminal, pages for a browser."""
