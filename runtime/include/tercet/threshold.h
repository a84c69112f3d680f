/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_THRESHOLD_H_
#define TERCET_THRESHOLD_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out = low + sum of directions[n][i] over the i with acc >= thresholds[n][i], element by element.
 * Element i, row-major, belongs to channel n = (i / inner) % N.
 *
 * attrs: {low, inner}; inner is 1 or more.
 * in:    {acc: of any type whose values fit I32, whole blocks of N * inner elements a batch entry,
 *        thresholds: I32 [N][S], ascending in every row, directions: I8 [N][S] of 1 and -1, or
 *        absent: all are 1}.
 * out:   of the shape of acc and 8, 16 or 32 bits, whose range holds every such sum.
 */
tercet_kernel_t tercet_threshold;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_THRESHOLD_H_ */
