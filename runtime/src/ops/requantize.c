/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/requantize.h"

#include "../rescale.h"

tercet_status_t tercet_requantize(const int64_t *attrs, const tercet_tensor_t *in,
                                  tercet_tensor_t *out) {
  rescale_t r;
  if (attrs == NULL || in == NULL || out == NULL || out->data == NULL ||
      !tercet_same_shape(&in[0], out) || !is(&in[1], TERCET_I32, 1) ||
      !has_channels(&in[0], in[1].shape[0], attrs[2]) ||
      !take_rescale(&r, &in[2], in[1].shape[0], attrs)) {
    return TERCET_BAD_ARG;
  }
  const int32_t *const mul = in[1].data;
  const ptrdiff_t channels = in[1].shape[0], inner = (ptrdiff_t)attrs[2], size = tercet_size(out);
  for (ptrdiff_t i = 0; i < size;) {
    for (ptrdiff_t n = 0; n < channels; ++n) {
      for (ptrdiff_t end = i + inner; i < end; ++i) {
        store(out, i, rescaled(&r, n, mul[n] * load(&in[0], i)));
      }
    }
  }
  return TERCET_OK;
}
