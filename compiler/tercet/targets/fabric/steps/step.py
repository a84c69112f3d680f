"""One step of a network, and all that the planner asks of a kind of step.

A kind of step is a subclass in a file of its own: the planner, the cost model and the program know
this protocol and no kind. Arrays are indexed by positions Q and channels N of the result.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

from tercet.ir.types import IntArray
from tercet.targets.fabric.format.frame import Mode
from tercet.targets.fabric.format.spec import FabricSpec
from tercet.targets.fabric.steps.closings import Closing, Thresholds
from tercet.targets.fabric.tiles.grid import Grid
from tercet.targets.fabric.tiles.layout import Layout
from tercet.targets.fabric.tiles.pattern import Code, Made
from tercet.targets.fabric.tiles.routing import Route
from tercet.targets.fabric.tiles.tensor import Region, Tensor
from tercet.targets.fabric.tiles.wish import Wish


@dataclass(frozen=True, eq=False)
class Accumulators:
    """The sums of products that a step makes before its closing."""

    name: str
    """Among the values of the integer graph."""
    bias: IntArray
    """[N]: added behind the fabric's own sum."""
    factor: IntArray | None
    """[N]: the named sums are this step's times these; None: equal."""
    weights: IntArray
    """[N, terms]."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Step(ABC):
    """What every kind of step has; the methods below a title are asked for in that stage."""

    name: str
    operands: tuple[Tensor, ...]
    """What it reads."""
    result: Tensor
    closing: Closing
    rows: IntArray | None = None
    """[Q]: the positions of the result that this step makes; None: all."""

    kind: ClassVar[str]
    """Its name in reports."""
    planar: ClassVar[bool] = False
    """Whether it reads positions in a row for each channel."""
    follows: ClassVar[bool] = False
    """Whether its grid is that of an operand which another step lays out."""
    by_item: ClassVar[bool] = False
    """Whether parameters belong to its items, and values are repeated for more listeners."""

    # -- what it reads and makes

    @property
    def takes_any(self) -> bool:
        """Whether it reads its operand in either direction."""
        return False

    @property
    def accumulators(self) -> Accumulators | None:
        """Its sums of products; None if it makes none."""
        return None

    @property
    def rescale_mode(self) -> Mode:
        """The mode of post-processing for a Rescale."""
        return Mode.PRODUCT

    @property
    def pooled(self) -> int | None:
        """Of how many items a result is the greatest or the mean; None if it is neither."""
        return None

    @property
    def copied_to(self) -> int | None:
        """The first channel of the result to which it copies its whole operand; None: no copy."""
        return None

    @property
    def first_channel(self) -> int:
        """The first channel of the result that it makes."""
        return 0

    # -- network: rewrites that know no tile

    def counting(self, closing: Thresholds) -> Self:
        """The step as the planner takes it, closed by these thresholds."""
        return replace(self, closing=closing)

    @property
    def free_channels(self) -> bool:
        """Whether its channels may stand in any order, those of its operand too."""
        return False

    def channel_work(self, lanes: int) -> IntArray:
        """Of each channel of the operand, about how many columns are not zero in all lanes [C]."""
        raise NotImplementedError(f"the channels of {self.name} are not free")

    def reordered(self, orders: Mapping[Tensor, IntArray], moved: Mapping[Tensor, Tensor]) -> Self:
        """The step whose tensors in `orders` have their channels in that order, as in `moved`."""
        return self

    # -- pieces: some rows of the result, from parts of the operands

    @property
    def whole(self) -> bool:
        """Whether it makes its whole result, so that it can be cut."""
        return self.rows is None

    @property
    @abstractmethod
    def least_read(self) -> int:
        """Positions of an operand that a band holds at least: what one result reads."""

    @abstractmethod
    def of_rows(self, rows: range, result: Tensor) -> Self:
        """The step for some positions of the result, which are `result`; operands stay whole."""

    @abstractmethod
    def regions(self, *, narrow: bool) -> list[Region]:
        """What it reads of each operand: a rectangle if it is `narrow`, else a run of positions."""

    @abstractmethod
    def of_parts(self, operands: tuple[Tensor, ...], regions: Sequence[Region | None]) -> Self:
        """The step of parts of its operands; None: the whole operand."""

    @property
    @abstractmethod
    def geometry(self) -> Hashable:
        """What tells pieces of a step apart, but for the sizes and elements of the tensors."""

    # -- choice: grids and layouts

    def takes_grid(self, grid: Grid) -> bool:
        """Whether it can be spread so."""
        return 1 in (grid.outs, grid.slices)

    @abstractmethod
    def wish(self, grid: Grid, operand: int, lanes: int) -> Wish:
        """How it reads an operand on `grid`, on tiles of so many lanes."""

    @abstractmethod
    def made_spans(self, grid: Grid, lanes: int) -> IntArray:
        """First position, and behind the last, that each band makes [bands, 2]."""

    # -- stages: what it is on the tiles

    @abstractmethod
    def group_counts(self, grid: Grid, reads: tuple[Layout, ...], lanes: int) -> Iterable[int]:
        """Numbers of groups to try, the best one first."""

    @abstractmethod
    def made(self, grid: Grid, reads: tuple[Layout, ...], groups: int, spec: FabricSpec) -> Made:
        """What it makes on `grid`. Raises IncompatibleError."""

    @abstractmethod
    def code(self, made: Made, reads: tuple[Layout, ...], route: Route, spec: FabricSpec) -> Code:
        """What it reads, and against which weights."""

    def summed_slices(self, grid: Grid) -> int:
        """Slices whose sums the adder tree joins."""
        return 1

    @property
    def turns_lanes(self) -> bool:
        """Whether bands may have their channels on other lanes."""
        return False

    @property
    def can_be_begun(self) -> bool:
        """Whether one EXEC may begin its sums and another one go on with them."""
        return False
