"""The checks of a sign-off: one file each, which `registry` finds.

A file has `CHECK`, the declaration of the check, and `run(ctx: CheckContext) -> Check`. The file of
a check that this version never runs has no `run`, and `CHECK.absent` gives the reason. Build the
outcome by `tercet_signoff.compare` or by `tercet.report.outcome`, which fail if nothing was
compared. `CHECK.applies` names the rule by which the check applies to a sign-off; the check itself
does not decide it. `make gen` writes the declarations to the catalogue of `tercet.report`.

`c_bitexact.py` is the shortest complete example. The RTL's checks use `ctx.rtl` (the `Run`) and
`ctx.prediction`, each made once for all of them; `compare.matching` compares any two mappings.
"""
