"""coverage.functional: named situations of the fabric that occurred."""

from tercet.report.catalogue import Declared

CHECK = Declared(
    id="coverage.functional",
    title="Functional coverage",
    stage="V3",
    item="functional coverage closed",
    target="fabric",
    applies="of a subgraph",
    absent="not measured by this version",
)
