/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_MAX_POOL_H_
#define TERCET_MAX_POOL_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[b][c][p] = the greatest x[b][c][p * stride + k * dilation - pad_begin] that is inside x, over
 * all k of the kernel; p and k are one index or two. Every window has one that is inside.
 *
 * attrs: {kernel_h, kernel_w, stride_h, stride_w, pad_top, pad_bottom, pad_left, pad_right,
 *        dilation_h, dilation_w}; of one axis, those of the height are 1, its padding 0.
 * in:    {x: [B][C][H][W] or [B][C][W] of any type}.
 * out:   [B][C][windows] of the same type.
 */
tercet_kernel_t tercet_max_pool;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_MAX_POOL_H_ */
