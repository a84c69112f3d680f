/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_PAIR_TABLE_H_
#define TERCET_PAIR_TABLE_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out = table[a - low_a][b - low_b], element by element
 *
 * attrs: {low_a, low_b}.
 * in:    {a: of any type, from low_a to low_a + A - 1, b: of the same shape and any type, from
 * low_b to low_b + B - 1, table: [A][B]}. out:   of the shape of a and the type of table.
 */
tercet_kernel_t tercet_pair_table;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_PAIR_TABLE_H_ */
