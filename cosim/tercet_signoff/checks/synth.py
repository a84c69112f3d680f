"""synth: area and timing of the synthesized fabric."""

from tercet.report.catalogue import Declared

CHECK = Declared(
    id="synth",
    title="The RTL synthesizes within its budget",
    stage="V3",
    item="synthesis within area and timing",
    target="fabric",
    applies="of a subgraph",
    absent="not part of verify in this version",
)
