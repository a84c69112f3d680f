"""The report of a sign-off: its contract, its verdict and the files it is written to.

`contract` holds the values, `catalogue` the list of checks, `applies` when each is part of a
sign-off, `verdict` the rules, `codec` the JSON; `pages` has the other renderings and the writing.
"""
