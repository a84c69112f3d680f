/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/threshold.h"

#include "../element.h"

static int is_legal(const tercet_tensor_t *acc, const tercet_tensor_t *thresholds,
                    const tercet_tensor_t *out) {
  return acc->data != NULL && acc->type == TERCET_I32 && acc->rank >= 1 && out->data != NULL &&
         tercet_same_shape(acc, out) && is(thresholds, TERCET_I32, 2) &&
         thresholds->shape[0] == acc->shape[acc->rank - 1];
}

tercet_status_t tercet_threshold(const int64_t *attrs, const tercet_tensor_t *in,
                                 tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(&in[0], &in[1], out)) {
    return TERCET_BAD_ARG;
  }
  const int32_t *const acc = in[0].data;
  const int32_t *const thresholds = in[1].data;
  const ptrdiff_t channels = in[1].shape[0], steps = in[1].shape[1], size = tercet_size(out);
  for (ptrdiff_t i = 0; i < size; ++i) {
    const int32_t *const row = thresholds + i % channels * steps;
    int64_t reached = 0;
    for (ptrdiff_t s = 0; s < steps; ++s) {
      reached += acc[i] >= row[s];
    }
    store(out, i, attrs[0] + reached);
  }
  return TERCET_OK;
}
