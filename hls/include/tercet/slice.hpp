// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_SLICE_HPP_
#define TERCET_SLICE_HPP_

#include "tercet/flat.hpp"

namespace tercet {

/// y = x[starts : stops : steps], axis by axis; 0 <= starts < stops, steps of 1 or more.
template <typename X, int R, typename Start, typename Stop, typename Step, typename Y>
void slice(const X &x, const Start (&starts)[R], const Stop (&)[R], const Step (&steps)[R], Y &y) {
  static_assert(R == detail::array<X>::rank && R == detail::array<Y>::rank, "slice: ranks");
  TERCET_HLS(INLINE off)
  detail::each_place<Y>([&](int i, const int (&index)[R]) {
    int from = 0;
    for (int axis = 0; axis < R; ++axis) {
      from += (int(starts[axis]) + index[axis] * int(steps[axis])) * detail::stride<X>(axis);
    }
    detail::at(y, i) = detail::at(x, from);
  });
}

}  // namespace tercet

#endif  // TERCET_SLICE_HPP_
