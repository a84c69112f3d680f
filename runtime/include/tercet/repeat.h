/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_REPEAT_H_
#define TERCET_REPEAT_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[i][j].. = x[i / repeats[0]][j / repeats[1]]..
 *
 * attrs: none; ignored.
 * in:    {x: of any type and rank R, repeats: I64 [R], 1 or more}.
 * out:   of the same type and rank, every extent repeats times that of x.
 */
tercet_kernel_t tercet_repeat;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_REPEAT_H_ */
