"""report.html: the report as one page, which loads nothing from other files or hosts."""

from tercet import templates
from tercet.report.contract import Report
from tercet.report.pages import bars, brief, words
from tercet.report.pages.scatter import cycles_over_density
from tercet.report.verdict import problems

FILTERS: templates.Filters = {
    "number": words.number,
    "share": words.share,
    "count": words.count,
    "vectors": words.vectors,
    "samples": words.samples,
    "accuracy": words.accuracy,
    "batches": words.batches,
    "figure": words.figure,
    "seconds": words.seconds,
    "shape": words.shape,
    "grid": words.grid,
}


def render(report: Report) -> str:
    """The text of report.html."""
    page = templates.of_package("tercet.report", FILTERS, autoescape=True)
    return page.get_template("report.html.j2").render(
        report=report,
        problems=problems(report),
        rows=brief.rows(report.checks),
        folded=brief.folded(report.checks),
        next_step=brief.next_step(report),
        ran=[check for check in report.checks if brief.ran(check)],
        charts=[make(report) for make in (bars.cycles, bars.columns, bars.sparsity)],
        scatter=cycles_over_density(report),
        efficiency=_efficiency(report),
        slowest=max((stage.seconds for stage in report.timing.stages), default=0.0),
    )


def _efficiency(report: Report) -> float:
    """Efficiency of all layers together, weighted by their cycles."""
    total = sum(layer.cycles_predicted.mean for layer in report.layers)
    useful = sum(x.efficiency.mean * x.cycles_predicted.mean for x in report.layers)
    return useful / total if total else 0.0
