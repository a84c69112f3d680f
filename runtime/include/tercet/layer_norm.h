/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_LAYER_NORM_H_
#define TERCET_LAYER_NORM_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Normalizes rows of `size` elements: c = size * x - S, V = size * sum of x^2 - S^2,
 * where S is the sum of x.
 * With w = (V * 2^unit + epsilon) * 4^h, h such that 2^60 <= w < 2^62, and d = 2^15 * sqrt(w)
 * rounded down:
 * out = clip(rne(trunc(mul[n] * c * 2^(16 + h) / d) + add[n], shift[n]) + after, low, high), where
 * trunc rounds toward zero and rne(v, s) is v / 2^s rounded half to even. Element i, row-major,
 * belongs to channel n = (i / inner) % N.
 *
 * attrs: {size, epsilon, unit, after, low, high, inner}. inner divides size, size divides
 *        N * inner; unit is even; epsilon is 1 or more, and the greatest V * 2^unit + epsilon is
 *        below 2^62; low <= high, both in the range of out.
 * in:    {x: of any type, whole blocks of N * inner elements a batch entry, mul: I64 [N], add: I64
 *        [N] below 2^61 in magnitude, shift: I8 [N] from 0 to 50}. size times the greatest |x|
 *        is below 2^30; |mul| / 2^16 times the greatest |c * 2^h|, which is sqrt(size * 2^(62 -
 *        unit)), is below 2^62, and that alone below 2^46.
 * out:   of the shape of x.
 */
tercet_kernel_t tercet_layer_norm;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_LAYER_NORM_H_ */
