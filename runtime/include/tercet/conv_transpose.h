/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_CONV_TRANSPOSE_H_
#define TERCET_CONV_TRANSPOSE_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[b][o][p] = bias[o] + sum over i, j, k of weight[i][o'][k] * (x[b][i][j] - zero_point), where
 * o' is o's place in its group, i a channel of that group, and j * stride + k * dilation -
 * pad_begin = p; p, j, k are one index or two.
 *
 * attrs: {zero_point, groups, more_h, more_w, stride_h, stride_w, pad_top, pad_bottom, pad_left,
 *        pad_right, dilation_h, dilation_w}; more_h and more_w are how far the result goes beyond
 *        the last window. Of one axis, strides and dilations of the height are 1, the rest 0.
 * in:    {x: [B][C][H][W] or [B][C][W] of any type, weight: I8 [C][O / groups][kernel, of as many
 *        axes], bias: I32 [O] or absent}.
 * out:   I32 [B][O][..], each extent (x - 1) * stride + (kernel - 1) * dilation + 1 - padding +
 *        more. No result may leave 32 bits; partial sums may.
 */
tercet_kernel_t tercet_conv_transpose;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_CONV_TRANSPOSE_H_ */
