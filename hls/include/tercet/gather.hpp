// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_GATHER_HPP_
#define TERCET_GATHER_HPP_

#include <cstdint>
#include <type_traits>

#include "tercet/arith.hpp"
#include "tercet/pragma.hpp"

namespace tercet {

/// y[d] = table[x][d]; an x below 0 counts as 0, one above V - 1 as V - 1.
template <int V, int D, typename X, typename Table, typename Y>
typename std::enable_if<!std::is_array<X>::value>::type gather(const X &x,
                                                               const Table (&table)[V][D],
                                                               Y (&y)[D]) {
  TERCET_HLS(INLINE off)
  const std::int64_t row = clip<std::int64_t>(std::int64_t(x), 0, V - 1);
  for (int d = 0; d < D; ++d) {
    TERCET_HLS(PIPELINE II = 1)
    y[d] = Y(table[row][d]);
  }
}

/// The same for every element of an array.
template <int N, typename X, typename Table, typename Y>
void gather(const X (&x)[N], const Table &table, Y (&y)[N]) {
  for (int i = 0; i < N; ++i) {
    gather(x[i], table, y[i]);
  }
}

}  // namespace tercet

#endif  // TERCET_GATHER_HPP_
