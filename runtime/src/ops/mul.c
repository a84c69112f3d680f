/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/mul.h"

#include "../rescale.h"

tercet_status_t tercet_mul(const int64_t *attrs, const tercet_tensor_t *in, tercet_tensor_t *out) {
  rescale_t r;
  if (attrs == NULL || in == NULL || out == NULL || out->data == NULL ||
      !tercet_same_shape(&in[0], out) || in[1].data == NULL || !tercet_same_shape(&in[1], out) ||
      !is(&in[2], TERCET_I32, 1) || !has_channels(&in[0], in[2].shape[0], attrs[4]) ||
      !take_rescale(&r, &in[3], in[2].shape[0], &attrs[2])) {
    return TERCET_BAD_ARG;
  }
  const int32_t *const mul = in[2].data;
  const ptrdiff_t channels = in[2].shape[0], inner = (ptrdiff_t)attrs[4], size = tercet_size(out);
  for (ptrdiff_t i = 0; i < size;) {
    for (ptrdiff_t n = 0; n < channels; ++n) {
      for (ptrdiff_t end = i + inner; i < end; ++i) {
        const int64_t a = load(&in[0], i) - attrs[0], b = load(&in[1], i) - attrs[1];
        store(out, i, rescaled(&r, n, mul[n] * a * b));
      }
    }
  }
  return TERCET_OK;
}
