/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_RESHAPE_H_
#define TERCET_RESHAPE_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[b] = the elements of x[b], row by row
 *
 * attrs: none; ignored.
 * in:    {x: [B][..] of any type}.
 * out:   [B][..] of the same type and as many elements.
 */
tercet_kernel_t tercet_reshape;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_RESHAPE_H_ */
