// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_REQUANTIZE_HPP_
#define TERCET_REQUANTIZE_HPP_

#include <cstdint>

#include "tercet/arith.hpp"
#include "tercet/pragma.hpp"
#include "tercet/types.hpp"

namespace tercet {

/// y[b][n] = clip(rne(mul[n] * acc[b][n] + add[n], shift[n]), Low, High)
///
/// |mul| < 2^24, |add| < 2^47, shift from 0 to 47, acc of at most 32 bits: the exact value has at
/// most 57. Y holds Low and High.
template <std::int64_t Low, std::int64_t High, int B, int N, typename Acc, typename Mul,
          typename Add, typename Shift, typename Y>
void requantize(const Acc (&acc)[B][N], const Mul (&mul)[N], const Add (&add)[N],
                const Shift (&shift)[N], Y (&y)[B][N]) {
  static_assert(Low <= High, "requantize: an empty range");
  using Exact = sint<57>;
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int n = 0; n < N; ++n) {
      TERCET_HLS(PIPELINE II = 1)
      const Exact exact = Exact(mul[n]) * Exact(acc[b][n]) + Exact(add[n]);
      y[b][n] = Y(clip<Exact>(rne<Exact>(exact, int(shift[n])), Exact(Low), Exact(High)));
    }
  }
}

}  // namespace tercet

#endif  // TERCET_REQUANTIZE_HPP_
