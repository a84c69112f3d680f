/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_MATMUL_H_
#define TERCET_MATMUL_H_

#include "tercet/kernel.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * out[..][m][n] = sum over k of (a[..][m][k] - zero_a) * (b[..][k][n] - zero_b)
 *
 * attrs: {zero_a, zero_b}.
 * in:    {a: [..][M][K], b: [..][K][N] of any types up to 32 bits; [..] is one extent or more}.
 * out:   I32 [..][M][N]. No result may leave 32 bits; partial sums may.
 */
tercet_kernel_t tercet_matmul;

#ifdef __cplusplus
}
#endif

#endif /* TERCET_MATMUL_H_ */
