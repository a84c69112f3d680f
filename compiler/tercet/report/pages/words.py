"""Figures of a report as text for a person."""

from collections import Counter

from tercet.report.contract import Accuracy, Answers, Mapped, Spread, Vectors


def number(value: float) -> str:
    """A number with thousands separated; small ones with a decimal."""
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
    """A name of at most `most` characters: the end of a longer one, where layers differ."""
    return name if len(name) <= most else f"…{name[1 - most :]}"


def vectors(found: Vectors) -> str:
    """200 real + 16 corner vectors."""
    kinds = Counter[str]()
    for origin, many in found.origins.items():
        kinds[origin.partition(":")[0]] += many
    parts = " + ".join(f"{number(many)} {kind}" for kind, many in kinds.items())
    return f"{parts} {'vector' if found.count == 1 else 'vectors'}"


def samples(found: Vectors) -> str:
    """The samples used, of how many and from where; "" without samples."""
    if not found.available:
        return ""
    used = sum(found.origins.get(kind, 0) for kind in ("real", "example"))
    if found.only is None:
        which = "all" if used == found.available else f"the first {number(used)} of"
        return f"{which} {number(found.available)} of {found.source}"
    return f"{number(found.available)} of {found.source}"


def accuracy(found: Accuracy) -> str:
    """397 of 400 right (99.2 %); PyTorch and RTL the same."""
    first, *others = found.answers
    right = f"{number(first.right)} of {number(found.vectors)} right"
    same = [one.executor for one in others if one.right == first.right and not one.unlike]
    told = [f"{' and '.join(same)} the same"] if same else []
    told += [_unlike(one) for one in others if one.executor not in same]
    return "; ".join([f"{right} ({share(first.right / found.vectors)})", *told])


def _unlike(found: Answers) -> str:
    many = count(found.unlike, "vector")
    return f"{found.executor} {number(found.right)}, another class than the integers in {many}"


def batches(vectors: int, batch: int) -> str:
    """The size of the batches; "" if each vector ran alone."""
    if batch == 1:
        return ""
    short = -vectors % batch
    filled = f", the last one filled with {count(short, 'zero input')}" if short else ""
    return f" in batches of {batch}{filled}"


def count(many: int, thing: str) -> str:
    """3 vectors, 1 vector."""
    return f"{number(many)} {thing}" if many == 1 else f"{number(many)} {thing}s"


def figure(value: Spread) -> str:
    """The mean, with the range if the figure varies."""
    if value.low == value.high:
        return number(value.mean)
    return f"{number(value.mean)} ({number(value.low)} to {number(value.high)})"


def seconds(value: float) -> str:
    """Seconds, or minutes and seconds."""
    return f"{value:.1f} s" if value < 60 else f"{value // 60:.0f} min {value % 60:.0f} s"


def shape(sizes: tuple[int, ...]) -> str:
    """Sizes with a cross between them; the batch is left out."""
    return " x ".join(map(str, sizes[1:])) or "1"
