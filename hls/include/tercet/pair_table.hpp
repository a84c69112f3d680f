// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_PAIR_TABLE_HPP_
#define TERCET_PAIR_TABLE_HPP_

#include <cstdint>

#include "tercet/flat.hpp"

namespace tercet {

/// y = table[a - LowA][b - LowB] for every element of arrays of one shape.
///
/// a is from LowA to LowA + P - 1, b from LowB to LowB + Q - 1; Y holds every entry.
template <std::int64_t LowA, std::int64_t LowB, typename A, typename B, int P, int Q,
          typename Entry, typename Y>
void pair_table(const A &a, const B &b, const Entry (&table)[P][Q], Y &y) {
  TERCET_HLS(INLINE off)
  auto one = [&](const detail::element_of<A> &p, const detail::element_of<B> &q) {
    return table[std::int64_t(p) - LowA][std::int64_t(q) - LowB];
  };
  detail::each(one, y, a, b);
}

}  // namespace tercet

#endif  // TERCET_PAIR_TABLE_HPP_
