"""Numbers as a person reads them."""

from tercet.report.contract import Mapped, Spread


def number(value: float) -> str:
    """Thousands apart; a decimal only where it says something."""
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:,.1f}"


def share(value: float) -> str:
    """A share of 0 to 1 in percent."""
    percent = round(100 * value, 9)
    return f"{percent:.0f} %" if percent == int(percent) else f"{percent:.1f} %"


def grid(found: Mapped) -> str:
    """8x1x1: bands of positions, slices of inputs, slices of outputs."""
    return f"{found.tp}x{found.tk}x{found.to}"


def short(name: str, most: int = 17) -> str:
    """The end of a long name: that is where layers differ."""
    return name if len(name) <= most else f"…{name[1 - most :]}"


def batches(vectors: int, batch: int) -> str:
    """How vectors went in; nothing where each went alone."""
    if batch == 1:
        return ""
    short = -vectors % batch
    filled = f", the last one filled with {count(short, 'zero input')}" if short else ""
    return f" in batches of {batch}{filled}"


def count(many: int, thing: str) -> str:
    """3 vectors, 1 vector."""
    return f"{number(many)} {thing}" if many == 1 else f"{number(many)} {thing}s"


def figure(value: Spread) -> str:
    """The mean, and the range where there is one."""
    if value.low == value.high:
        return number(value.mean)
    return f"{number(value.mean)} ({number(value.low)} to {number(value.high)})"


def seconds(value: float) -> str:
    """Seconds, or minutes and seconds."""
    return f"{value:.1f} s" if value < 60 else f"{value // 60:.0f} min {value % 60:.0f} s"


def shape(sizes: tuple[int, ...]) -> str:
    """Sizes with a cross between them, without the batch."""
    return " x ".join(map(str, sizes[1:])) or "1"
