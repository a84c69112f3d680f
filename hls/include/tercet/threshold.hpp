// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_THRESHOLD_HPP_
#define TERCET_THRESHOLD_HPP_

#include <cstdint>

#include "tercet/pragma.hpp"
#include "tercet/types.hpp"

namespace tercet {

/// y[b][n] = Low + number of i with acc[b][n] >= thresholds[n][i]
///
/// Acc holds every threshold; Y holds Low to Low + S.
template <std::int64_t Low, int B, int N, int S, typename Acc, typename Threshold, typename Y>
void threshold(const Acc (&acc)[B][N], const Threshold (&thresholds)[N][S], Y (&y)[B][N]) {
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int n = 0; n < N; ++n) {
      TERCET_HLS(PIPELINE II = 1)
      int reached = 0;
      for (int i = 0; i < S; ++i) {
        TERCET_HLS(UNROLL)
        reached += acc[b][n] >= Acc(thresholds[n][i]) ? 1 : 0;
      }
      y[b][n] = Y(int(Low) + reached);
    }
  }
}

}  // namespace tercet

#endif  // TERCET_THRESHOLD_HPP_
