/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_BROADCAST_H_
#define TERCET_BROADCAST_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[b] = x[b] with axes of extent 1 made longer and new ones in front; the last axes are aligned
 *
 * attrs: none; ignored.
 * in:    {x: [B][..] of any type}.
 * out:   [B][..] of the same type; behind the batch, every extent of x is that of out or 1.
 */
tercet_kernel_t tercet_broadcast;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_BROADCAST_H_ */
