/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_TRANSPOSE_H_
#define TERCET_TRANSPOSE_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Axis i of out is axis permutation[i] of x.
 *
 * attrs: none; ignored.
 * in:    {x: of any type and rank R, permutation: I64 [R], every axis once}.
 * out:   of the same type and rank.
 */
tercet_kernel_t tercet_transpose;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_TRANSPOSE_H_ */
