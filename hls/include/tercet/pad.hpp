// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_PAD_HPP_
#define TERCET_PAD_HPP_

#include <cstdint>

#include "tercet/flat.hpp"

namespace tercet {

/// y = x with pads[i][0] elements of Value before axis i and pads[i][1] behind it.
template <std::int64_t Value, typename X, int R, typename Count, typename Y>
void pad(const X &x, const Count (&pads)[R][2], Y &y) {
  static_assert(R == detail::array<X>::rank && R == detail::array<Y>::rank, "pad: ranks");
  TERCET_HLS(INLINE off)
  detail::each_place<Y>([&](int i, const int (&index)[R]) {
    int from = 0;
    bool inside = true;
    for (int axis = 0; axis < R; ++axis) {
      const int place = index[axis] - int(pads[axis][0]);
      inside = inside && place >= 0 && place < detail::array<X>::extent(axis);
      from += place * detail::stride<X>(axis);
    }
    detail::at(y, i) = inside ? detail::at(x, from) : detail::element_of<Y>(Value);
  });
}

}  // namespace tercet

#endif  // TERCET_PAD_HPP_
