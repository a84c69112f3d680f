// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_TRANSPOSE_HPP_
#define TERCET_TRANSPOSE_HPP_

#include "tercet/flat.hpp"

namespace tercet {

/// Axis i of y is axis permutation[i] of x.
template <typename X, int R, typename Axis, typename Y>
void transpose(const X &x, const Axis (&permutation)[R], Y &y) {
  static_assert(R == detail::array<X>::rank && R == detail::array<Y>::rank, "transpose: ranks");
  TERCET_HLS(INLINE off)
  detail::each_place<Y>([&](int i, const int (&index)[R]) {
    int from = 0;
    for (int axis = 0; axis < R; ++axis) {
      from += index[axis] * detail::stride<X>(int(permutation[axis]));
    }
    detail::at(y, i) = detail::at(x, from);
  });
}

}  // namespace tercet

#endif  // TERCET_TRANSPOSE_HPP_
