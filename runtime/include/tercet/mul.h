/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_MUL_H_
#define TERCET_MUL_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out = clip(rne(mul[n] * (a - zero_a) * (b - zero_b) + add[n], shift[n]), low, high), element by
 * element, where rne(v, s) is v / 2^s rounded half to even. Element i, row-major, belongs to
 * channel n = (i / inner) % N.
 *
 * attrs: {zero_a, zero_b, low, high, inner}, low <= high, both in the range of out; inner is 1 or
 *        more.
 * in:    {a, b: of one shape and any types whose values fit I32, whole blocks of N * inner elements
 * a batch entry, mul: I32 [N], add: I64 [N] below 2^55 in magnitude, shift: I8 [N] from 0 to 50}.
 * The product is at most 2^62 in magnitude. out:   of the shape of a and 8, 16 or 32 bits.
 */
tercet_kernel_t tercet_mul;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_MUL_H_ */
