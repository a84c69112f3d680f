"""The report of a sign-off: its contract, its verdict and its files.

`contract` declares the values, `catalogue` lists the checks, `applies` says which of them apply,
`verdict` judges, `codec` encodes the JSON, `pages` renders and writes all other files.
"""
