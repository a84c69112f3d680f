/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_GATHER_H_
#define TERCET_GATHER_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[..][d] = table[x[..]][d]; an x below 0 counts as 0, one above V - 1 as V - 1.
 *
 * attrs: none; ignored.
 * in:    {x: [..] of any type, table: [V][D] of any type}.
 * out:   [..][D] of the table's type.
 */
tercet_kernel_t tercet_gather;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_GATHER_H_ */
