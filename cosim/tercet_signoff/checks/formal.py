"""formal: properties of the RTL proven for every input."""

from tercet.report.catalogue import Declared

CHECK = Declared(
    id="formal",
    title="Properties proven for all inputs",
    stage="V3",
    item="assertions proven",
    target="fabric",
    applies="of a subgraph",
    absent="not part of this version",
)
