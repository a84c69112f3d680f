"""mutation: deliberate faults of the RTL that the checks find."""

from tercet.report.catalogue import Declared

CHECK = Declared(
    id="mutation",
    title="Faults put into the RTL are caught",
    stage="V3",
    item="test bench: planted faults are caught",
    target="fabric",
    applies="of a subgraph",
    absent="not measured by this version",
)
