"""The report of a sign-off: its contract, its verdict and the files it is written to.

`contract` holds the values, `catalogue` the list of checks, `verdict` the rules, `codec` the JSON,
`html` and `junit` the other two renderings, `files` the writing.
"""
