/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_REQUANTIZE_H_
#define TERCET_REQUANTIZE_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out = clip(rne(mul[n] * acc + add[n], shift[n]), low, high), element by element, where rne(v, s)
 * is v / 2^s rounded half to even. Element i, row-major, belongs to channel n = (i / inner) % N.
 *
 * attrs: {low, high, inner}, low <= high, both in the range of out; inner is 1 or more.
 * in:    {acc: of any type whose values fit I32, whole blocks of N * inner elements a batch entry,
 *        mul: I32 [N] below 2^31 in magnitude, add: I64 [N] below 2^55 in magnitude, shift: I8 [N]
 *        from 0 to 50}.
 * out:   of the shape of acc and 8, 16 or 32 bits.
 */
tercet_kernel_t tercet_requantize;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_REQUANTIZE_H_ */
