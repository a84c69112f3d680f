"""lint: warnings of the linters about the RTL."""

from tercet.report.catalogue import Declared

CHECK = Declared(
    id="lint",
    title="The RTL is clean under every linter",
    stage="V3",
    item="no warning of a tool",
    target="fabric",
    applies="of a subgraph",
    absent="run by `make lint`, not by verify",
)
