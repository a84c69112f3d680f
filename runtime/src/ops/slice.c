/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/slice.h"

#include "../walk.h"

static int is_legal(const tercet_tensor_t *in, const tercet_tensor_t *out) {
  if (!are_alike(&in[0], out) || in[0].rank != out->rank || !is_per_axis(&in[1], &in[0]) ||
      !is_per_axis(&in[2], &in[0]) || !is_per_axis(&in[3], &in[0])) {
    return 0;
  }
  const int64_t *const starts = in[1].data, *const stops = in[2].data, *const steps = in[3].data;
  for (int32_t i = 1; i < out->rank; ++i) {
    if (starts[i] < 0 || starts[i] >= stops[i] || stops[i] > in[0].shape[i] || steps[i] < 1 ||
        out->shape[i] != (stops[i] - starts[i] - 1) / steps[i] + 1) {
      return 0;
    }
  }
  return 1;
}

tercet_status_t tercet_slice(const int64_t *attrs, const tercet_tensor_t *in,
                             tercet_tensor_t *out) {
  (void)attrs;
  if (in == NULL || out == NULL || !is_legal(in, out)) {
    return TERCET_BAD_ARG;
  }
  walk_t w = {0};
  w.stride[0] = stride_of(&in[0], 0);
  for (int32_t i = 1; i < out->rank; ++i) {
    const ptrdiff_t stride = stride_of(&in[0], i);
    w.at += (ptrdiff_t)((const int64_t *)in[1].data)[i] * stride;
    w.stride[i] = (ptrdiff_t)((const int64_t *)in[3].data)[i] * stride;
  }
  walk(&w, &in[0], out);
  return TERCET_OK;
}
