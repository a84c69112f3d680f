"""The cocotb test that drives the toy: it lives in the simulator's own Python."""

from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from cocotb.triggers import Timer

BITS, SUM = 8, 32


@cocotb.test()  # type: ignore[untyped-decorator,unused-ignore]
async def every_vector(dut: Any) -> None:
    """Put each row of x.npy on the wires and write what comes out to y.npy."""
    home = Path(str(cocotb.plusargs["folder"]))
    found = []
    for row in np.load(home / "x.npy").tolist():
        dut.x_i.value = sum((x & ((1 << BITS) - 1)) << (BITS * k) for k, x in enumerate(row))
        await Timer(1, "ns")
        word = int(dut.y_o.value)
        count = len(dut.y_o) // SUM
        sums = [word >> (SUM * n) & ((1 << SUM) - 1) for n in range(count)]
        found.append(np.array(sums, np.uint32).astype(np.int32).astype(np.int64))
    np.save(home / "y.npy", np.array(found))
