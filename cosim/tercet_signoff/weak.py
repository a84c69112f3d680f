"""The warnings of a sign-off: weaknesses that do not fail it, one sentence each."""

from tercet.report.pages.words import count
from tercet_signoff.context import CheckContext


def warnings(ctx: CheckContext) -> tuple[str, ...]:
    """Warnings of the vectors: too few samples, mostly noise, samples in the wrong units."""
    from tercet.frontends.samples.units import of_quantizers

    if ctx.request.only is not None:
        return ()
    used = [x[: ctx.request.vectors] for x in ctx.model.samples]
    return (*_noise(ctx), *of_quantizers(ctx.module, used))


def _noise(ctx: CheckContext) -> tuple[str, ...]:
    labels = ctx.vectors.labels
    noise = sum(label.startswith("random ") for label in labels)
    if not noise:
        return ()
    there = min((len(x) for x in ctx.model.samples), default=0)
    source = ctx.model.source
    many = f"{count(there, 'sample')} {'is' if there == 1 else 'are'} there, of {source}"
    have = many if there else "there are no samples"
    told = f"{noise} of the {len(labels)} vectors are random: {have}"
    if 2 * noise <= len(labels):
        return (f"{told}, and {ctx.request.vectors} vectors were asked for",)
    return (
        f"{told}; most vectors are noise, which a network is not made for: give real inputs by "
        "--samples data.npz",
    )
