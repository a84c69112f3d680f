/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/rms_norm.h"

#include "../normalize.h"

tercet_status_t tercet_rms_norm(const int64_t *attrs, const tercet_tensor_t *in,
                                tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL) {
    return TERCET_BAD_ARG;
  }
  const rows_t rows = {attrs + 1, attrs[0], 0};
  return normalize(&rows, in, out);
}
