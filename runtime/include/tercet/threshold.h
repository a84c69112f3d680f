/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_THRESHOLD_H_
#define TERCET_THRESHOLD_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[..][n] = low + number of i with acc[..][n] >= thresholds[n][i]
 *
 * attrs: {low}.
 * in:    {acc: I32 [..][N], thresholds: I32 [N][S], ascending in every row}.
 * out:   [..][N] of 8, 16 or 32 bits, whose range holds low to low + S.
 */
tercet_kernel_t tercet_threshold;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_THRESHOLD_H_ */
