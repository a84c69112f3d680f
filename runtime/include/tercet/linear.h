/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_LINEAR_H_
#define TERCET_LINEAR_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[..][n] = bias[n] + sum over k of weight[n][k] * (x[..][k] - zero_point)
 *
 * attrs: {zero_point}, which fits 32 bits.
 * in:    {x: [..][K] of any type; [..] is one extent or more, weight: I8 [N][K], bias: I32 [N] or
 * absent}. out:   I32 [..][N]. No sum, partial ones included, leaves 64 bits; no result may
 * leave 32.
 */
tercet_kernel_t tercet_linear;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_LINEAR_H_ */
