/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/linear.h"

#include "../element.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *weight,
                    const tercet_tensor_t *bias, const tercet_tensor_t *out) {
  return x->data != NULL && x->rank == 2 && is(weight, TERCET_I8, 2) && is(out, TERCET_I32, 2) &&
         (bias->data == NULL || (is(bias, TERCET_I32, 1) && bias->shape[0] == out->shape[1])) &&
         x->shape[0] == out->shape[0] && x->shape[1] == weight->shape[1] &&
         weight->shape[0] == out->shape[1];
}

tercet_status_t tercet_linear(const int64_t *attrs, const tercet_tensor_t *in,
                              tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(&in[0], &in[1], &in[2], out)) {
    return TERCET_BAD_ARG;
  }
  const int64_t zero_point = attrs[0];
  const ptrdiff_t batch = out->shape[0], rows = out->shape[1], cols = in[0].shape[1];
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
