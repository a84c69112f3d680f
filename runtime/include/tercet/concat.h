/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_CONCAT_H_
#define TERCET_CONCAT_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out = the operands in order, one after the other along an axis
 *
 * attrs: {axis, count}: an axis that the operands have, and how many they are, 1 or more.
 * in:    {count operands of one type, whose shapes differ along the axis alone}.
 * out:   of the same type and rank.
 */
tercet_kernel_t tercet_concat;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_CONCAT_H_ */
