/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_SUM_H_
#define TERCET_SUM_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[..][..] = sum over k of (x[..][k][..] - zero_point), where k counts along one axis.
 *
 * attrs: {axis, zero_point}; axis is 1 or more, less than the rank of x.
 * in:    {x: of any type}.
 * out:   I32, the shape of x without that axis. No result may leave 32 bits; partial sums may.
 */
tercet_kernel_t tercet_sum;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_SUM_H_ */
