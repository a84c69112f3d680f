// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_CONV_TRANSPOSE_HPP_
#define TERCET_CONV_TRANSPOSE_HPP_

#include <cstdint>

#include "tercet/arith.hpp"
#include "tercet/pragma.hpp"
#include "tercet/types.hpp"

namespace tercet {
namespace detail {

/// Index of the element of x (of N) that adds to `place` by the weight at `offset`; -1 if none.
template <int Stride, int N>
constexpr int origin(int place, int offset) {
  return place < offset || (place - offset) % Stride != 0 || (place - offset) / Stride >= N
             ? -1
             : (place - offset) / Stride;
}

/// Sum over k of weight[k] * (x[..] - ZeroPoint) over the elements of x that add to `place`.
template <typename Acc, std::int64_t ZeroPoint, int Stride, int Dilation, int N, int K, typename X,
          typename W>
Acc collect(const X (&x)[N], const W (&weight)[K], int place) {
  Acc sum = 0;
  for (int k = 0; k < K; ++k) {
    TERCET_HLS(PIPELINE II = 1)
    const int i = origin<Stride, N>(place, k * Dilation);
    if (i >= 0) {
      sum += times(weight[k], Acc(Acc(x[i]) - Acc(ZeroPoint)));
    }
  }
  return sum;
}

}  // namespace detail

/// acc[b][o][h][w] = bias[o] + sum of weight[i][o's place in its group][kh][kw] *
/// (x[b][i][r][c] - ZeroPoint) over the channels i of o's group and all r, c, kh, kw with
/// r * StrideH + kh * DilationH - Top = h and c * StrideW + kw * DilationW - Left = w.
///
/// Types are as in linear.hpp. MoreH, MoreW and the padding behind follow from the result's size.
template <std::int64_t ZeroPoint, int Groups, int MoreH, int MoreW, int StrideH, int StrideW,
          int Top, int Bottom, int Left, int Right, int DilationH, int DilationW, int B, int C,
          int H, int W, int Each, int KH, int KW, int O, int OH, int OW, typename X,
          typename Weight, typename Bias, typename Acc>
void conv_transpose(const X (&x)[B][C][H][W], const Weight (&weight)[C][Each][KH][KW],
                    const Bias &bias, Acc (&acc)[B][O][OH][OW]) {
  static_assert(O == Groups * Each && C % Groups == 0, "conv_transpose: groups do not share");
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int o = 0; o < O; ++o) {
      const int first = o / Each * (C / Groups);
      for (int h = 0; h < OH; ++h) {
        for (int w = 0; w < OW; ++w) {
          Acc sum = Acc(element(bias, o));
          for (int i = first; i < first + C / Groups; ++i) {
            for (int kh = 0; kh < KH; ++kh) {
              const int row = detail::origin<StrideH, H>(h + Top, kh * DilationH);
              if (row >= 0) {
                sum += detail::collect<Acc, ZeroPoint, StrideW, DilationW>(
                    x[b][i][row], weight[i][o % Each][kh], w + Left);
              }
            }
          }
          acc[b][o][h][w] = sum;
        }
      }
    }
  }
}

/// The same over one axis.
template <std::int64_t ZeroPoint, int Groups, int MoreH, int MoreW, int StrideH, int StrideW,
          int Top, int Bottom, int Left, int Right, int DilationH, int DilationW, int B, int C,
          int W, int Each, int KW, int O, int OW, typename X, typename Weight, typename Bias,
          typename Acc>
void conv_transpose(const X (&x)[B][C][W], const Weight (&weight)[C][Each][KW], const Bias &bias,
                    Acc (&acc)[B][O][OW]) {
  static_assert(O == Groups * Each && C % Groups == 0, "conv_transpose: groups do not share");
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int o = 0; o < O; ++o) {
      const int first = o / Each * (C / Groups);
      for (int w = 0; w < OW; ++w) {
        Acc sum = Acc(element(bias, o));
        for (int i = first; i < first + C / Groups; ++i) {
          sum += detail::collect<Acc, ZeroPoint, StrideW, DilationW>(x[b][i], weight[i][o % Each],
                                                                     w + Left);
        }
        acc[b][o][w] = sum;
      }
    }
  }
}

}  // namespace tercet

#endif  // TERCET_CONV_TRANSPOSE_HPP_
