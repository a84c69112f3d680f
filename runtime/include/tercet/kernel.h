/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_KERNEL_H_
#define TERCET_KERNEL_H_

#include <stdint.h>

#include "tercet/status.h"
#include "tercet/tensor.h"

/**
 * Runs one operator on the host. Every kernel has this type, so generated code calls all of them in
 * the same way. A kernel checks shapes and types, but no values: the compiler proves their ranges.
 *
 * @param attrs The operator's integer properties, in the order the operator declares them.
 * @param in    The operands in order, then the operator's dense properties in the order it
 *              declares them; an optional one that is absent has type TERCET_NONE.
 * @param[out] out The result; the caller sets its storage, type and shape. It overlaps no input.
 */
typedef tercet_status_t tercet_kernel_t(const int64_t *attrs, const tercet_tensor_t *in,
                                        tercet_tensor_t *out);

#endif /* TERCET_KERNEL_H_ */
