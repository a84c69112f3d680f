/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/layer_norm.h"

#include "../normalize.h"

tercet_status_t tercet_layer_norm(const int64_t *attrs, const tercet_tensor_t *in,
                                  tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL) {
    return TERCET_BAD_ARG;
  }
  const rows_t rows = {attrs, 0, 1};
  return normalize(&rows, in, out);
}
