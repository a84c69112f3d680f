/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_FLATTEN_H_
#define TERCET_FLATTEN_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[b][k] = element k of x[b], row-major
 *
 * attrs: none, not looked at.
 * in:    {x: [B][..] of any type}.
 * out:   [B][K] of the same type; K is the product of the other extents of x.
 */
tercet_kernel_t tercet_flatten;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_FLATTEN_H_ */
