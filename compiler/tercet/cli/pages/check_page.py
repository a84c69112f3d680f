"""A check as one HTML page, which loads nothing from other files or hosts."""

from importlib.resources import files

from tercet import templates
from tercet.check.contract import Check
from tercet.cli.pages import check_words
from tercet.report.pages import words

FILTERS: templates.Filters = {
    "tensor": check_words.tensor,
    "bits": check_words.bits,
    "weights": check_words.weights,
    "zeros": check_words.zeros,
    "scale": check_words.scale,
    "how": check_words.how,
    "pair": check_words.pair,
    "grid": check_words.grid,
    "cycles": check_words.cycles,
    "ranked": check_words.ranked,
    "number": words.number,
    "count": words.count,
    "share": words.share,
}


def render(check: Check) -> str:
    """The text of the page."""
    page = templates.of_package("tercet.cli", FILTERS, autoescape=True)
    style = files("tercet.report").joinpath("templates/report.css").read_text(encoding="utf-8")
    return page.get_template("check.html.j2").render(
        check=check,
        style=style,
        fabric=check_words.fabric(check),
        total=sum(step.weights.count for step in check.steps if step.weights),
        zeros=sum(s.weights.count * s.weights.sparsity for s in check.steps if s.weights),
        proven=sum(step.proof.proven for step in check.steps if step.proof),
        channels=sum(step.proof.channels for step in check.steps if step.proof),
    )
