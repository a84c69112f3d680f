"""`python -m benchmarks.static`: both tables of quantize_static; fails where a cell is wrong."""

import sys

from benchmarks.quantize_static import TURNED, knobs, table
from benchmarks.static.networks import NETWORKS

KNOWN = {"lenet: QDQ, per tensor", "lenet: QDQ, per channel"}
"""Exact ties of a 2 x 2 average on one grid, which the file's float32 breaks either way."""

if __name__ == "__main__":
    found = table(NETWORKS), knobs(TURNED)
    for figures, _ in found:
        print(figures.markdown())
    wrong = {name for _, names in found for name in names} - KNOWN
    print(*sorted(wrong), sep="\n")
    sys.exit(bool(wrong))
