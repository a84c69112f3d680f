"""Removal of the bounds of a requantization that other bounds imply, before the search.

A bound is M * point + B >= 2^s * level + c, or <=, where c depends on s and on the parity of the
level. The middle one of three bounds of one parity, in order of their points, follows from the
others if it lies on their line or on the loose side of it:

    level            x  c
                  x  b               b lies below the line from a to c: M * point + B, a line
               a                     that is above a and c, is above b
              --------------- point

So 65,536 levels of a quantizer of 16 bits become some hundred bounds, and the result is the same.
"""

from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from tercet.ir.types import IntArray

Mask: TypeAlias = npt.NDArray[np.bool_]
MANY = 1024
"""The number of bounds from which the removal saves time."""
Side = Literal[1, -1]


def needed(point: IntArray, level: IntArray, used: IntArray | Mask, side: Side) -> Mask:
    """A mask of the bounds of all channels, [N, P]: True where no others imply it.

    `side`: 1 for bounds from below, -1 for those from above. The last column is always kept; in
    the others points and levels rise along a row.
    """
    kept = np.zeros(used.shape, np.bool_)
    kept[:, -1] = used[:, -1]
    for row in range(len(point)):
        for odd in (0, 1):
            at = np.nonzero(used[row, :-1] & (level[row, :-1] & 1 == odd))[0]
            kept[row, _hull(at, point[row], side * level[row])] = True
    return kept


def _hull(at: IntArray, point: IntArray, level: IntArray) -> IntArray:
    """The places `at` without those below the line through their neighbours.

    Even and odd ones are tested in turn, so that no place is dropped because of a dropped one.
    """
    still = 0
    while still < 2 and len(at) > 2:
        before, start = len(at), 1 + still
        middle = np.arange(start, len(at) - 1, 2)
        p, v = point[at], level[at]
        left, right = p[middle] - p[middle - 1], p[middle + 1] - p[middle]
        implied = v[middle] * (left + right) <= v[middle - 1] * right + v[middle + 1] * left
        at = np.delete(at, middle[implied])
        still = 0 if len(at) < before else still + 1
    return at
