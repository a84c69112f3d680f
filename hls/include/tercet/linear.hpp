// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_LINEAR_HPP_
#define TERCET_LINEAR_HPP_

#include <cstdint>
#include <type_traits>

#include "tercet/arith.hpp"
#include "tercet/pragma.hpp"
#include "tercet/types.hpp"

namespace tercet {

/// acc[n] = bias[n] + sum over k of weight[n][k] * (x[k] - ZeroPoint)
///
/// X, W, Acc are integer types, of C++ or of a vendor; W = trit needs no multiplier. Bias is
/// an array of N integers, or absent. Acc holds every partial sum and every x - ZeroPoint.
template <std::int64_t ZeroPoint, int K, int N, typename X, typename W, typename Bias, typename Acc>
typename std::enable_if<!std::is_array<X>::value>::type linear(const X (&x)[K],
                                                               const W (&weight)[N][K],
                                                               const Bias &bias, Acc (&acc)[N]) {
  TERCET_HLS(INLINE off)
  for (int n = 0; n < N; ++n) {
    Acc sum = Acc(element(bias, n));
    for (int k = 0; k < K; ++k) {
      TERCET_HLS(PIPELINE II = 1)
      sum += times(weight[n][k], Acc(Acc(x[k]) - Acc(ZeroPoint)));
    }
    acc[n] = sum;
  }
}

/// The same for every row of an array of more dimensions.
template <std::int64_t ZeroPoint, int B, typename X, typename Weight, typename Bias, typename Acc>
typename std::enable_if<std::is_array<X>::value>::type linear(const X (&x)[B], const Weight &weight,
                                                              const Bias &bias, Acc (&acc)[B]) {
  for (int b = 0; b < B; ++b) {
    linear<ZeroPoint>(x[b], weight, bias, acc[b]);
  }
}

}  // namespace tercet

#endif  // TERCET_LINEAR_HPP_
