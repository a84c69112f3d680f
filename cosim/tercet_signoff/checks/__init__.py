"""The checks of a sign-off: one file each, found by themselves.

A file has `CHECK`, what is known of the check before it runs, and `run(ctx: CheckContext) ->
Check`; one that this version never runs says in `CHECK.absent` why, and has no `run`. The outcome
is built by `tercet_signoff.compare` or by `tercet.report.outcome`, so that nothing compared is
never a pass. Whether a check applies to a sign-off is no question to it: `CHECK.applies` names the
rule. `make gen` writes what the files declare to the catalogue of `tercet.report`.

`c_bitexact.py` is the shortest complete example. The RTL's checks have `ctx.rtl` (the `Run`) and
`ctx.prediction`, each made once for all of them; `compare.matching` holds any mapping to another.
"""
