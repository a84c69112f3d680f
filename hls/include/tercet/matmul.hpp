// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_MATMUL_HPP_
#define TERCET_MATMUL_HPP_

#include <cstdint>
#include <type_traits>

#include "tercet/pragma.hpp"

namespace tercet {

/// acc[m][n] = sum over k of (a[m][k] - ZeroA) * (b[k][n] - ZeroB)
///
/// Acc holds every partial sum and every difference.
template <std::int64_t ZeroA, std::int64_t ZeroB, int M, int K, int N, typename A, typename B,
          typename Acc>
typename std::enable_if<!std::is_array<A>::value>::type matmul(const A (&a)[M][K],
                                                               const B (&b)[K][N],
                                                               Acc (&acc)[M][N]) {
  TERCET_HLS(INLINE off)
  for (int m = 0; m < M; ++m) {
    for (int n = 0; n < N; ++n) {
      Acc sum = 0;
      for (int k = 0; k < K; ++k) {
        TERCET_HLS(PIPELINE II = 1)
        sum += Acc(Acc(a[m][k]) - Acc(ZeroA)) * Acc(Acc(b[k][n]) - Acc(ZeroB));
      }
      acc[m][n] = sum;
    }
  }
}

/// The same for every pair of matrices in arrays of more dimensions.
template <std::int64_t ZeroA, std::int64_t ZeroB, int S, typename A, typename B, typename Acc>
typename std::enable_if<std::is_array<typename std::remove_extent<A>::type>::value>::type matmul(
    const A (&a)[S], const B (&b)[S], Acc (&acc)[S]) {
  for (int s = 0; s < S; ++s) {
    matmul<ZeroA, ZeroB>(a[s], b[s], acc[s]);
  }
}

}  // namespace tercet

#endif  // TERCET_MATMUL_HPP_
