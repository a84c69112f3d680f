"""A check as one page for a person. Nothing in it is fetched from elsewhere."""

from importlib.resources import files

from tercet.check.contract import Check
from tercet.cli.pages import check_words
from tercet.report.pages import words
from tercet.report.pages.render import environment


def render(check: Check) -> str:
    """The text of the page."""
    page = environment("tercet.cli", autoescape=True)
    for name in (
        "tensor",
        "bits",
        "weights",
        "zeros",
        "scale",
        "how",
        "pair",
        "grid",
        "cycles",
        "ranked",
    ):
        page.filters[name] = getattr(check_words, name)
    for name in ("number", "count", "share"):
        page.filters[name] = getattr(words, name)
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
