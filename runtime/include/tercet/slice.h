/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_SLICE_H_
#define TERCET_SLICE_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out = x[starts : stops : steps], axis by axis; the first axis, the batch, is taken whole.
 *
 * attrs: none; ignored.
 * in:    {x: of any type and rank R, starts, stops, steps: I64 [R] each, 0 <= starts < stops, which
 *        is at most the extent of x, and steps of 1 or more; their entries for the batch are
 *        ignored}.
 * out:   of the same type and rank.
 */
tercet_kernel_t tercet_slice;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_SLICE_H_ */
