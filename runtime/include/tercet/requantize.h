/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_REQUANTIZE_H_
#define TERCET_REQUANTIZE_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[..][n] = clip(rne(mul[n] * acc[..][n] + add[n], shift[n]), low, high), where rne(v, s) is
 * v / 2^s rounded half to even.
 *
 * attrs: {low, high}, low <= high, both in the range of out.
 * in:    {acc: I32 [..][N], mul: I32 [N] below 2^24 in magnitude, add: I64 [N] below 2^47 in
 *        magnitude, shift: I8 [N] from 0 to 47}.
 * out:   [..][N] of 8, 16 or 32 bits.
 */
tercet_kernel_t tercet_requantize;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_REQUANTIZE_H_ */
