/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/linear.h"

#include "../element.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *weight,
                    const tercet_tensor_t *bias, const tercet_tensor_t *out) {
  const int32_t last = x->rank - 1;
  int legal =
      x->data != NULL && last >= 1 && is(weight, TERCET_I8, 2) && is(out, TERCET_I32, x->rank) &&
      x->shape[last] == weight->shape[1] && out->shape[last] == weight->shape[0] &&
      (bias->data == NULL || (is(bias, TERCET_I32, 1) && bias->shape[0] == weight->shape[0]));
  for (int32_t i = 0; legal && i < last; ++i) {
    legal = x->shape[i] == out->shape[i];
  }
  return legal;
}

tercet_status_t tercet_linear(const int64_t *attrs, const tercet_tensor_t *in,
                              tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(&in[0], &in[1], &in[2], out)) {
    return TERCET_BAD_ARG;
  }
  const int64_t zero_point = attrs[0];
  const ptrdiff_t rows = in[1].shape[0], cols = in[1].shape[1];
  const ptrdiff_t batch = tercet_size(out) / rows;
  const int32_t *const bias = in[2].data;
  int32_t *const acc = out->data;
  for (ptrdiff_t b = 0; b < batch; ++b) {
    for (ptrdiff_t n = 0; n < rows; ++n) {
      const int8_t *const weight = (const int8_t *)in[1].data + n * cols;
      int64_t sum = bias == NULL ? 0 : bias[n];
      for (ptrdiff_t k = 0; k < cols; ++k) {
        sum += weight[k] * (load(&in[0], b * cols + k) - zero_point);
      }
      acc[b * rows + n] = (int32_t)sum;
    }
  }
  return TERCET_OK;
}
