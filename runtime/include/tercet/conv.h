/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_CONV_H_
#define TERCET_CONV_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[b][o][p] = bias[o] + sum over i, k of weight[o][i][k] * (x[b][i'][p * stride + k * dilation -
 * pad_begin] - zero_point), where i' is channel i of o's group, and p, k are one index or two.
 * Places outside x add nothing.
 *
 * attrs: {zero_point, groups, stride_h, stride_w, pad_top, pad_bottom, pad_left, pad_right,
 *        dilation_h, dilation_w}; of one axis, strides and dilations of the height are 1, its
 *        padding 0.
 * in:    {x: [B][C][H][W] or [B][C][W] of any type, weight: I8 [O][C / groups][kernel, of as many
 *        axes], bias: I32 [O] or absent}.
 * out:   I32 [B][O][windows]. No result may leave 32 bits; partial sums may.
 */
tercet_kernel_t tercet_conv;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_CONV_H_ */
