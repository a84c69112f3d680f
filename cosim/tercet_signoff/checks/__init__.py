"""The checks of a sign-off: one file each, found by themselves.

A file has two names: `ID`, a line of `tercet.report.catalogue`, and `run(ctx: CheckContext) ->
Check`. The check is built by `tercet_signoff.compare` or by `tercet.report.outcome`, so that
nothing compared is never a pass.

`c_bitexact.py` is the shortest complete example. The RTL's checks have `ctx.rtl` (the `Run`) and
`ctx.prediction`, each made once for all of them; `compare.matching` holds any mapping to another.
"""
