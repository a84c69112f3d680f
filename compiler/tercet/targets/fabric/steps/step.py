"""The protocol of a step: all that the planner asks of a kind of step.

A kind of step is a subclass in a file of its own: the planner, the cost model and the program use
this protocol and no subclass. Arrays are indexed by positions Q and channels N of the result.
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
    """Name of the sums among the values of the integer graph."""
    bias: IntArray
    """[N]: to add to the fabric's own sum."""
    factor: IntArray | None
    """[N]: factor from this step's sums to the named ones; None: 1."""
    weights: IntArray
    """[N, ...]: the terms of each sum; a view of the step's weights, never a copy."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Step(ABC):
    """A step of any kind. A comment above each group of methods names the stage that calls them."""

    name: str
    operands: tuple[Tensor, ...]
    """The tensors that it reads."""
    result: Tensor
    closing: Closing
    rows: IntArray | None = None
    """[Q]: the positions of the result that this step makes; None: all."""

    kind: ClassVar[str]
    """Its name in reports."""
    planar: ClassVar[bool] = False
    """Whether it wants planar operands: for each channel, consecutive positions."""
    follows: ClassVar[bool] = False
    """Whether it runs on the grid of an operand which another step lays out."""
    by_item: ClassVar[bool] = False
    """Whether parameters belong to its items, and a value is written again for further readers."""

    # -- what it reads and makes

    @property
    def takes_any(self) -> bool:
        """Whether it reads planar layouts and others."""
        return False

    @property
    def accumulators(self) -> Accumulators | None:
        """Its sums of products; None if it has none."""
        return None

    @property
    def rescale_mode(self) -> Mode:
        """The mode of post-processing for a Rescale."""
        return Mode.PRODUCT

    @property
    def pooled(self) -> int | None:
        """Number of items whose greatest or mean a result is; None if it is neither."""
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
        """The step in the planner's normal form, closed by these thresholds."""
        return replace(self, closing=closing)

    @property
    def free_channels(self) -> bool:
        """Whether its channels, and those of its operand, may have any order."""
        return False

    def channel_work(self, lanes: int) -> IntArray:
        """Estimated weight columns of each operand channel that are not zero in all lanes [C]."""
        raise AssertionError(f"the channels of {self.name} are not free")

    def reordered(self, orders: Mapping[Tensor, IntArray], moved: Mapping[Tensor, Tensor]) -> Self:
        """The step with channels of tensors in `orders` reordered; `moved` has the new tensors."""
        return self

    # -- pieces: some rows of the result, from parts of the operands

    @property
    def whole(self) -> bool:
        """Whether it makes its whole result, so that it can be cut into pieces."""
        return self.rows is None

    @property
    @abstractmethod
    def least_read(self) -> int:
        """The fewest positions of an operand that a band holds: those that one result reads."""

    @abstractmethod
    def of_rows(self, rows: range, result: Tensor) -> Self:
        """The step for some positions of its result, now all of `result`; operands stay whole."""

    @abstractmethod
    def regions(self, *, narrow: bool) -> list[Region]:
        """The region that it reads of each operand: a rectangle if `narrow`, else a run."""

    @abstractmethod
    def of_parts(self, operands: tuple[Tensor, ...], regions: Sequence[Region | None]) -> Self:
        """The step with operands that are parts, by the region of each; None: the whole operand."""

    @property
    @abstractmethod
    def geometry(self) -> Hashable:
        """A key of a piece without the sizes and elements of its tensors."""

    # -- choice: grids and layouts

    def takes_grid(self, grid: Grid) -> bool:
        """Whether it can be spread over this grid."""
        return 1 in (grid.outs, grid.slices)

    @abstractmethod
    def wish(self, grid: Grid, operand: int, lanes: int) -> Wish:
        """Its wish for an operand, on `grid` and tiles of so many lanes."""

    @abstractmethod
    def made_spans(self, grid: Grid, lanes: int) -> IntArray:
        """First position that each band makes, and the one behind the last [bands, 2]."""

    # -- stages: what it is on the tiles

    @abstractmethod
    def group_counts(self, grid: Grid, reads: tuple[Layout, ...], lanes: int) -> Iterable[int]:
        """Numbers of groups to try, the best first."""

    @abstractmethod
    def made(self, grid: Grid, reads: tuple[Layout, ...], groups: int, spec: FabricSpec) -> Made:
        """The results that it makes on `grid`. Raises IncompatibleError."""

    @abstractmethod
    def code(self, made: Made, reads: tuple[Layout, ...], route: Route, spec: FabricSpec) -> Code:
        """The patterns that it reads, and the weights that meet them."""

    def summed_slices(self, grid: Grid) -> int:
        """Input slices whose sums the adder tree adds up."""
        return 1

    @property
    def turns_lanes(self) -> bool:
        """Whether bands may have their channels on different lanes."""
        return False

    @property
    def can_be_begun(self) -> bool:
        """Whether one EXEC may begin its sums and a second one end them."""
        return False
