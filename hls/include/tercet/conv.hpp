// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_CONV_HPP_
#define TERCET_CONV_HPP_

#include <cstdint>

#include "tercet/arith.hpp"
#include "tercet/pragma.hpp"
#include "tercet/types.hpp"

namespace tercet {
namespace detail {

/// Sum over k of weight[k] * (x[at + k * Dilation] - ZeroPoint), for the places inside x.
template <typename Acc, std::int64_t ZeroPoint, int Dilation, int N, int K, typename X, typename W>
Acc correlate(const X (&x)[N], const W (&weight)[K], int at) {
  Acc sum = 0;
  for (int k = 0; k < K; ++k) {
    TERCET_HLS(PIPELINE II = 1)
    const int i = at + k * Dilation;
    if (i >= 0 && i < N) {
      sum += times(weight[k], Acc(Acc(x[i]) - Acc(ZeroPoint)));
    }
  }
  return sum;
}

}  // namespace detail

/// acc[b][o][h][w] = bias[o] + sum over i, kh, kw of weight[o][i][kh][kw] * (x - ZeroPoint), with
/// x[b][channel i of o's group][h * StrideH + kh * DilationH - Top][w * StrideW + kw * DilationW -
/// Left]; places outside x add nothing.
///
/// Types are as in linear.hpp. The padding behind follows from the size of the result.
template <std::int64_t ZeroPoint, int Groups, int StrideH, int StrideW, int Top, int Bottom,
          int Left, int Right, int DilationH, int DilationW, int B, int C, int H, int W, int O,
          int I, int KH, int KW, int OH, int OW, typename X, typename Weight, typename Bias,
          typename Acc>
void conv(const X (&x)[B][C][H][W], const Weight (&weight)[O][I][KH][KW], const Bias &bias,
          Acc (&acc)[B][O][OH][OW]) {
  static_assert(C == Groups * I && O % Groups == 0, "conv: the groups do not share the channels");
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int o = 0; o < O; ++o) {
      const int first = o / (O / Groups) * I;
      for (int h = 0; h < OH; ++h) {
        for (int w = 0; w < OW; ++w) {
          Acc sum = Acc(element(bias, o));
          for (int i = 0; i < I; ++i) {
            for (int kh = 0; kh < KH; ++kh) {
              const int row = h * StrideH + kh * DilationH - Top;
              if (row >= 0 && row < H) {
                sum += detail::correlate<Acc, ZeroPoint, DilationW>(
                    x[b][first + i][row], weight[o][i][kh], w * StrideW - Left);
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
template <std::int64_t ZeroPoint, int Groups, int StrideH, int StrideW, int Top, int Bottom,
          int Left, int Right, int DilationH, int DilationW, int B, int C, int W, int O, int I,
          int KW, int OW, typename X, typename Weight, typename Bias, typename Acc>
void conv(const X (&x)[B][C][W], const Weight (&weight)[O][I][KW], const Bias &bias,
          Acc (&acc)[B][O][OW]) {
  static_assert(C == Groups * I && O % Groups == 0, "conv: the groups do not share the channels");
  TERCET_HLS(INLINE off)
  for (int b = 0; b < B; ++b) {
    for (int o = 0; o < O; ++o) {
      const int first = o / (O / Groups) * I;
      for (int w = 0; w < OW; ++w) {
        Acc sum = Acc(element(bias, o));
        for (int i = 0; i < I; ++i) {
          sum += detail::correlate<Acc, ZeroPoint, DilationW>(x[b][first + i], weight[o][i],
                                                              w * StrideW - Left);
        }
        acc[b][o][w] = sum;
      }
    }
  }
}

}  // namespace tercet

#endif  // TERCET_CONV_HPP_
