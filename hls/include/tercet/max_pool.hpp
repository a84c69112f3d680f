// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_MAX_POOL_HPP_
#define TERCET_MAX_POOL_HPP_

#include "tercet/pragma.hpp"

namespace tercet {
namespace detail {

/// The greatest of x[at + k * Dilation] inside x and, if `any`, of `best`.
template <int Kernel, int Dilation, int N, typename X, typename Y>
void greatest(const X (&x)[N], int at, bool &any, Y &best) {
  for (int k = 0; k < Kernel; ++k) {
    TERCET_HLS(PIPELINE II = 1)
    const int i = at + k * Dilation;
    if (i >= 0 && i < N && (!any || x[i] > best)) {
      best = x[i];
      any = true;
    }
  }
}

}  // namespace detail

/// y[b][c][h][w] = the greatest x[b][c][h * StrideH + kh * DilationH - Top][w * StrideW + kw *
/// DilationW - Left] inside x. Every window has one.
///
/// The padding behind follows from the size of the result.
template <int KernelH, int KernelW, int StrideH, int StrideW, int Top, int Bottom, int Left,
          int Right, int DilationH, int DilationW, int B, int C, int H, int W, int OH, int OW,
          typename X, typename Y>
void max_pool(const X (&x)[B][C][H][W], Y (&y)[B][C][OH][OW]) {
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int c = 0; c < C; ++c) {
      for (int h = 0; h < OH; ++h) {
        for (int w = 0; w < OW; ++w) {
          bool any = false;
          Y best = 0;
          for (int kh = 0; kh < KernelH; ++kh) {
            const int row = h * StrideH + kh * DilationH - Top;
            if (row >= 0 && row < H) {
              detail::greatest<KernelW, DilationW>(x[b][c][row], w * StrideW - Left, any, best);
            }
          }
          y[b][c][h][w] = best;
        }
      }
    }
  }
}

/// The same over one axis.
template <int KernelH, int KernelW, int StrideH, int StrideW, int Top, int Bottom, int Left,
          int Right, int DilationH, int DilationW, int B, int C, int W, int OW, typename X,
          typename Y>
void max_pool(const X (&x)[B][C][W], Y (&y)[B][C][OW]) {
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int c = 0; c < C; ++c) {
      for (int w = 0; w < OW; ++w) {
        bool any = false;
        Y best = 0;
        detail::greatest<KernelW, DilationW>(x[b][c], w * StrideW - Left, any, best);
        y[b][c][w] = best;
      }
    }
  }
}

}  // namespace tercet

#endif  // TERCET_MAX_POOL_HPP_
