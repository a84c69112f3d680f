"""The sizes of a fabric, from which RTL, plan and reference take their parameters."""

import zlib
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property

from tercet.errors import UsageError

WORD = 8
"""Activations in a word of bank B, which the scanner tests in one cycle."""
COLUMN_ALIGN = 16
"""A LOAD of weights begins at a multiple of this many columns, which share a word of the bitmap."""
FIFO_DEPTH, FIFO_FULL = 16, 12
"""Words that the FIFO of a tile holds, and the fill at which the walk stops."""
BUS_BYTES = 8
"""Bytes of one beat of the memory bus."""
PARAM_BYTES = 16
"""Bytes of one parameter entry in memory: two beats."""
ADD_BITS, MUL_BITS, SHIFT_BITS = 58, 32, 6
"""Bits of a parameter entry, from the lowest up: addend and multiplier, both signed, and shift."""
ACT_BITS = 9
"""Bits of a stored activation: a byte less its zero point, signed."""
WIDE_BITS = 32
"""Bits of a result before it is narrowed."""
MAX_TILES, MAX_LANES = 32, 64
MAX_DEPTH = 1 << 15
MAX_TABLE = 1 << 10
DEPTHS = {
    "bank_a_depth": (64, MAX_DEPTH),
    "bank_b_depth": (64, MAX_DEPTH),
    "param_depth": (16, MAX_DEPTH),
    "walk_depth": (16, MAX_TABLE),
    "route_depth": (16, MAX_TABLE),
    "out_depth": (1, 1 << 13),
}
"""The least and the greatest depth of each bank. `out_base` counts bytes of bank C in 16 bits."""


@dataclass(frozen=True)
class FabricSpec:
    """One configuration. Depths are powers of two: a carry out of an address is an error."""

    name: str
    tiles: int
    """T, 1..32, a power of two."""
    lanes: int
    """L, a multiple of 5 up to 60: accumulators of a tile."""
    acc_width: int = 24
    """Bits of an accumulator, 16..32."""
    bank_a_depth: int = 1024
    """Weight columns a tile holds."""
    bank_b_depth: int = 4096
    """Activations a tile holds."""
    param_depth: int = 512
    """Parameter entries a tile holds."""
    walk_depth: int = 512
    """Entries of a tile's walk table."""
    route_depth: int = 512
    """Entries of the route table."""
    out_depth: int = 512
    """64-bit words of bank C, where outputs wait for STORE."""
    telemetry: int = 1
    """0 none, 1 per tile, 2 per lane as well."""

    def __post_init__(self) -> None:
        """Refuse a configuration that the RTL can't be elaborated with."""
        self._want("T", self.tiles, _power(self.tiles) and self.tiles <= MAX_TILES, "1, 2, 4 … 32")
        lanes_ok = 0 < self.lanes < MAX_LANES and self.lanes % 5 == 0
        self._want("L", self.lanes, lanes_ok, "a multiple of 5 from 5 to 60")
        self._want("ACC_W", self.acc_width, 16 <= self.acc_width <= 32, "16 to 32")
        self._want("TELEMETRY", self.telemetry, self.telemetry in (0, 1, 2), "0, 1 or 2")
        for key, (least, most) in DEPTHS.items():
            value = getattr(self, key)
            ok = _power(value) and least <= value <= most
            self._want(key, value, ok, f"a power of two from {least} to {most}")

    def _want(self, key: str, found: int, ok: bool, wanted: str) -> None:
        if not ok:
            raise UsageError(f"fabric {self.name!r}: {key} is {found}, it must be {wanted}")

    @property
    def column_bytes(self) -> int:
        """Bytes of one PT-5 column."""
        return self.lanes // 5

    @property
    def reduce_stages(self) -> int:
        """Register stages of the adder tree: one for every two levels."""
        return max(1, (self.tiles.bit_length()) // 2)

    @cached_property
    def config_id(self) -> int:
        """16 bits in every frame, by which the fabric refuses a program for other sizes."""
        sizes = [v for k, v in asdict(self).items() if k not in ("name", "telemetry")]
        return zlib.crc32(repr(sizes).encode()) & 0xFFFF

    @property
    def parameters(self) -> dict[str, int]:
        """The parameters of `tct_top`, by their names in the RTL."""
        return {
            "Tiles": self.tiles,
            "Lanes": self.lanes,
            "AccW": self.acc_width,
            "BankADepth": self.bank_a_depth,
            "BankBDepth": self.bank_b_depth,
            "ParamDepth": self.param_depth,
            "WalkDepth": self.walk_depth,
            "RouteDepth": self.route_depth,
            "OutDepth": self.out_depth,
            "Telemetry": self.telemetry,
            "ConfigId": self.config_id,
        }


def _power(value: int) -> bool:
    return value > 0 and value & (value - 1) == 0


NAMED = {
    s.name: s
    for s in (
        FabricSpec("tfmbs", tiles=4, lanes=15),
        FabricSpec("small", tiles=8, lanes=20),
        FabricSpec("large", tiles=16, lanes=40),
    )
}
_SHORT = {"T": "tiles", "L": "lanes", "ACC_W": "acc_width", "TELEMETRY": "telemetry"}


def named(text: str) -> FabricSpec:
    """A named configuration, or one given by its sizes.

    `small`, or `T=8,L=20`, or `small,TELEMETRY=2`: keys are T, L, ACC_W, TELEMETRY or the names of
    the fields (`bank_a_depth=256`); what is not given is that of the configuration named first, or
    of `small`. Raises UsageError.
    """
    spec, sizes = NAMED["small"], {}
    keys = {f.name for f in fields(FabricSpec)} - {"name"}
    for i, part in enumerate(text.split(",")):
        key, equals, value = part.strip().partition("=")
        key = _SHORT.get(key, key.lower())
        if not equals and i == 0 and key in NAMED:
            spec = NAMED[key]
        elif equals and key in keys and value.isdigit():
            sizes[key] = int(value)
        else:
            raise UsageError(
                f"fabric {text!r}: {part!r} is neither one of {', '.join(NAMED)} nor a size such as"
                f" T=8, L=20, ACC_W=24, TELEMETRY=2, bank_a_depth=1024"
            )
    return replace(spec, name=text, **sizes) if sizes else spec
