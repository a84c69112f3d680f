// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_SUM_POOL_HPP_
#define TERCET_SUM_POOL_HPP_

#include <cstdint>

#include "tercet/pragma.hpp"
#include "tercet/types.hpp"

namespace tercet {
namespace detail {

/// Sum of x[i] - ZeroPoint over those of the Kernel places from `at` on that are inside x.
template <typename Acc, std::int64_t ZeroPoint, int Kernel, int N, typename X>
Acc sum_of(const X (&x)[N], int at) {
  Acc sum = 0;
  for (int i = at; i < at + Kernel; ++i) {
    TERCET_HLS(PIPELINE II = 1)
    if (i >= 0 && i < N) {
      sum += Acc(Acc(x[i]) - Acc(ZeroPoint));
    }
  }
  return sum;
}

/// The weight of a window; 1 where there is none.
template <typename Acc, typename Weight, int N>
Acc weight_of(const Weight (&weight)[N], int window) {
  return Acc(weight[window]);
}
template <typename Acc>
Acc weight_of(absent, int) {
  return Acc(1);
}

}  // namespace detail

/// acc[b][c][h][w] = weight[h * OW + w] * sum over kh, kw of (x[b][c][h * StrideH + kh - Top][w *
/// StrideW + kw - Left] - ZeroPoint); places outside x add nothing, an absent weight is 1.
///
/// The padding behind follows from the size of the result. Acc holds every partial sum.
template <int KernelH, int KernelW, std::int64_t ZeroPoint, int StrideH, int StrideW, int Top,
          int Bottom, int Left, int Right, int DilationH, int DilationW, int B, int C, int H, int W,
          int OH, int OW, typename X, typename Weight, typename Acc>
void sum_pool(const X (&x)[B][C][H][W], const Weight &weight, Acc (&acc)[B][C][OH][OW]) {
  static_assert(DilationH == 1 && DilationW == 1, "sum_pool: a window has no gaps");
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int c = 0; c < C; ++c) {
      for (int h = 0; h < OH; ++h) {
        for (int w = 0; w < OW; ++w) {
          Acc sum = 0;
          for (int row = h * StrideH - Top; row < h * StrideH - Top + KernelH; ++row) {
            if (row >= 0 && row < H) {
              sum += detail::sum_of<Acc, ZeroPoint, KernelW>(x[b][c][row], w * StrideW - Left);
            }
          }
          acc[b][c][h][w] = detail::weight_of<Acc>(weight, h * OW + w) * sum;
        }
      }
    }
  }
}

/// The same over one axis.
template <int KernelH, int KernelW, std::int64_t ZeroPoint, int StrideH, int StrideW, int Top,
          int Bottom, int Left, int Right, int DilationH, int DilationW, int B, int C, int W,
          int OW, typename X, typename Weight, typename Acc>
void sum_pool(const X (&x)[B][C][W], const Weight &weight, Acc (&acc)[B][C][OW]) {
  static_assert(DilationW == 1, "sum_pool: a window has no gaps");
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int c = 0; c < C; ++c) {
      for (int w = 0; w < OW; ++w) {
        const Acc sum = detail::sum_of<Acc, ZeroPoint, KernelW>(x[b][c], w * StrideW - Left);
        acc[b][c][w] = detail::weight_of<Acc>(weight, w) * sum;
      }
    }
  }
}

}  // namespace tercet

#endif  // TERCET_SUM_POOL_HPP_
