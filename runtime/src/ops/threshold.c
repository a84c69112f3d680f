/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/threshold.h"

#include "../channels.h"

static int is_legal(const tercet_tensor_t *in, const tercet_tensor_t *out, int64_t inner) {
  const tercet_tensor_t *const thresholds = &in[1], *const directions = &in[2];
  return out->data != NULL && tercet_same_shape(&in[0], out) && is(thresholds, TERCET_I32, 2) &&
         (directions->data == NULL ||
          (is(directions, TERCET_I8, 2) && tercet_same_shape(directions, thresholds))) &&
         has_channels(&in[0], thresholds->shape[0], inner);
}

tercet_status_t tercet_threshold(const int64_t *attrs, const tercet_tensor_t *in,
                                 tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(in, out, attrs[1])) {
    return TERCET_BAD_ARG;
  }
  const int32_t *const thresholds = in[1].data;
  const int8_t *const directions = in[2].data;
  const ptrdiff_t channels = in[1].shape[0], steps = in[1].shape[1], size = tercet_size(out);
  const ptrdiff_t inner = (ptrdiff_t)attrs[1];
  for (ptrdiff_t i = 0; i < size; ++i) {
    const ptrdiff_t row = i / inner % channels * steps;
    const int64_t acc = load(&in[0], i);
    int64_t y = attrs[0];
    for (ptrdiff_t s = row; s < row + steps && acc >= thresholds[s]; ++s) {
      y += directions == NULL ? 1 : directions[s];
    }
    store(out, i, y);
  }
  return TERCET_OK;
}
