// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_BROADCAST_HPP_
#define TERCET_BROADCAST_HPP_

#include "tercet/flat.hpp"

namespace tercet {

/// y[b] = x[b] with axes of extent 1 made longer and new ones in front; the last axes are aligned.
template <typename X, typename Y>
void broadcast(const X &x, Y &y) {
  constexpr int added = detail::array<Y>::rank - detail::array<X>::rank;
  static_assert(added >= 0, "broadcast: ranks");
  TERCET_HLS(INLINE off)
  detail::each_place<Y>([&](int i, const int (&index)[detail::array<Y>::rank]) {
    int from = index[0] * detail::stride<X>(0);
    for (int axis = 1; axis < detail::array<X>::rank; ++axis) {
      const bool one = detail::array<X>::extent(axis) == 1;
      from += one ? 0 : index[axis + added] * detail::stride<X>(axis);
    }
    detail::at(y, i) = detail::at(x, from);
  });
}

}  // namespace tercet

#endif  // TERCET_BROADCAST_HPP_
