// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_TABLE_HPP_
#define TERCET_TABLE_HPP_

#include <cstdint>

#include "tercet/flat.hpp"

namespace tercet {

/// y = table[n][x - Low] for every element of arrays of one shape; element i belongs to channel
/// n = (i / Inner) % N.
///
/// x is from Low to Low + S - 1; Y holds every entry.
template <std::int64_t Low, std::int64_t Inner, typename X, int N, int S, typename Entry,
          typename Y>
void table(const X &x, const Entry (&table)[N][S], Y &y) {
  TERCET_HLS(INLINE off)
  detail::channel<N, int(Inner)> channel;
  auto one = [&](const detail::element_of<X> &place) {
    return table[channel.next()][std::int64_t(place) - Low];
  };
  detail::each(one, y, x);
}

}  // namespace tercet

#endif  // TERCET_TABLE_HPP_
