"""`python -m benchmarks.static`: both tables of quantize_static; fails where a cell is wrong."""

import sys

from benchmarks.quantize_static import TURNED, knobs, table
from benchmarks.static.networks import NETWORKS

if __name__ == "__main__":
    found = table(NETWORKS), knobs(TURNED)
    for figures, _ in found:
        print(figures.markdown())
    wrong = {name for _, names in found for name in names}
    print(*sorted(wrong), sep="\n")
    sys.exit(bool(wrong))
