// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_RESHAPE_HPP_
#define TERCET_RESHAPE_HPP_

#include "tercet/flat.hpp"

namespace tercet {

/// y = the elements of x, row by row, in another shape.
template <typename X, typename Y>
void reshape(const X &x, Y &y) {
  static_assert(detail::array<X>::count == detail::array<Y>::count, "reshape: the sizes differ");
  TERCET_HLS(INLINE off)
  for (int i = 0; i < detail::array<Y>::count; ++i) {
    TERCET_HLS(PIPELINE II = 1)
    detail::at(y, i) = detail::at(x, i);
  }
}

}  // namespace tercet

#endif  // TERCET_RESHAPE_HPP_
