/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_PAD_H_
#define TERCET_PAD_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out = x with pads[i][0] elements of value before axis i and pads[i][1] behind it
 *
 * attrs: {value}, in the range of out.
 * in:    {x: of any type and rank R, pads: I64 [R][2], 0 or more}.
 * out:   of the same type and rank.
 */
tercet_kernel_t tercet_pad;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_PAD_H_ */
