// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_THRESHOLD_HPP_
#define TERCET_THRESHOLD_HPP_

#include <cstdint>

#include "tercet/flat.hpp"
#include "tercet/types.hpp"

namespace tercet {
namespace detail {

/// The direction of threshold i of channel n; 1 if there are no directions.
template <typename D, int N, int S>
int direction(const D (&directions)[N][S], int n, int i) {
  return int(directions[n][i]);
}
inline int direction(absent, int, int) { return 1; }

}  // namespace detail

/// y = Low + sum of directions[n][i] over the i with acc >= thresholds[n][i] for every element of
/// arrays of one shape; element i belongs to channel n = (i / Inner) % N.
///
/// acc has at most 32 bits, directions are 1 and -1 or absent; Y holds every such sum.
template <std::int64_t Low, std::int64_t Inner, typename Acc, int N, int S, typename Threshold,
          typename Directions, typename Y>
void threshold(const Acc &acc, const Threshold (&thresholds)[N][S], const Directions &directions,
               Y &y) {
  TERCET_HLS(INLINE off)
  detail::channel<N, int(Inner)> channel;
  auto one = [&](const detail::element_of<Acc> &x) {
    const int n = channel.next();
    int level = int(Low);
    for (int i = 0; i < S; ++i) {
      TERCET_HLS(UNROLL)
      const bool reached = sint<32>(x) >= as<sint<32>>(thresholds[n][i]);
      level += reached ? detail::direction(directions, n, i) : 0;
    }
    return level;
  };
  detail::each(one, y, acc);
}

}  // namespace tercet

#endif  // TERCET_THRESHOLD_HPP_
