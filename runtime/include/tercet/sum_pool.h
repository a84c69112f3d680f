/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_SUM_POOL_H_
#define TERCET_SUM_POOL_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[b][c][p] = weight[p] * sum over k of (x[b][c][p * stride + k * dilation - pad_begin] -
 * zero_point); p and k are one index or two. Places outside x add nothing.
 *
 * attrs: {kernel_h, kernel_w, zero_point, stride_h, stride_w, pad_top, pad_bottom, pad_left,
 *        pad_right, dilation_h, dilation_w}; of one axis, those of the height are 1, its padding 0.
 * in:    {x: [B][C][H][W] or [B][C][W] of any type, weight: I32 [number of windows], row-major, or
 *        absent: 1}.
 * out:   I32 [B][C][windows]. No result may leave 32 bits; partial sums may.
 */
tercet_kernel_t tercet_sum_pool;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_SUM_POOL_H_ */
