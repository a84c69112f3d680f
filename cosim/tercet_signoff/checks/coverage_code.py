"""coverage.code: lines of the RTL that ran, and signals that toggled."""

from tercet.report.catalogue import Declared

CHECK = Declared(
    id="coverage.code",
    title="Lines and toggles of the RTL",
    stage="V3",
    item="code coverage closed",
    target="fabric",
    applies="of a subgraph",
    absent="not measured by this version",
)
