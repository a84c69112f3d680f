// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_REPEAT_HPP_
#define TERCET_REPEAT_HPP_

#include "tercet/flat.hpp"

namespace tercet {

/// y[i][j].. = x[i / repeats[0]][j / repeats[1]]..
template <typename X, int R, typename Times, typename Y>
void repeat(const X &x, const Times (&repeats)[R], Y &y) {
  static_assert(R == detail::array<X>::rank && R == detail::array<Y>::rank, "repeat: ranks");
  TERCET_HLS(INLINE off)
  detail::each_place<Y>([&](int i, const int (&index)[R]) {
    int from = 0;
    for (int axis = 0; axis < R; ++axis) {
      from += index[axis] / int(repeats[axis]) * detail::stride<X>(axis);
    }
    detail::at(y, i) = detail::at(x, from);
  });
}

}  // namespace tercet

#endif  // TERCET_REPEAT_HPP_
