/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_TABLE_H_
#define TERCET_TABLE_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out = table[n][x - low], element by element. Element i, row-major, belongs to channel
 * n = (i / inner) % N.
 *
 * attrs: {low, inner}; inner is 1 or more.
 * in:    {x: of any type, from low to low + S - 1, whole blocks of N * inner elements a batch
 * entry, table: [N][S]}. out:   of the shape of x and the type of table.
 */
tercet_kernel_t tercet_table;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_TABLE_H_ */
