// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_FLATTEN_HPP_
#define TERCET_FLATTEN_HPP_

#include "tercet/flat.hpp"

namespace tercet {
namespace detail {

/// Writes the elements of x to y from `at` on; returns where the next one goes.
template <typename X, typename Y, int K>
int append(const X &x, Y (&y)[K], int at) {
  y[at] = Y(x);
  return at + 1;
}
template <typename X, int N, typename Y, int K>
int append(const X (&x)[N], Y (&y)[K], int at) {
  for (int i = 0; i < N; ++i) {
    at = append(x[i], y, at);
  }
  return at;
}

}  // namespace detail

/// y[b][k] = element k of x[b], row-major. X is an array of one or more dimensions.
template <int B, typename X, int K, typename Y>
void flatten(const X (&x)[B], Y (&y)[B][K]) {
  static_assert(detail::array<X>::count == K, "flatten: the sizes differ");
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    detail::append(x[b], y[b], 0);
  }
}

}  // namespace tercet

#endif  // TERCET_FLATTEN_HPP_
