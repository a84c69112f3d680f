/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_SOFTMAX_H_
#define TERCET_SOFTMAX_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Along one axis of x, with d = the greatest x minus x, at most D - 1:
 * out = clip(rne(scaled[d] / (sum of terms[d]) + before) + after, low, high), where rne rounds
 * half to even.
 *
 * attrs: {axis, before, after, low, high}: axis from 1 to the rank of x minus 1, before 0 or 1,
 *        low <= high, both in the range of out.
 * in:    {x: of any type, terms: I64 [D], scaled: I64 [D]}. Both tables fall and end at 0 or
 *        above; scaled[0], and terms[0] times the extent of the axis, are below 2^62; terms[0] is
 *        1 or more.
 * out:   of the shape of x.
 */
tercet_kernel_t tercet_softmax;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_SOFTMAX_H_ */
