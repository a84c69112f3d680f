/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/repeat.h"

#include "../walk.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *repeats,
                    const tercet_tensor_t *out) {
  if (!are_alike(x, out) || x->rank != out->rank || !is_per_axis(repeats, x)) {
    return 0;
  }
  for (int32_t i = 0; i < x->rank; ++i) {
    const int64_t times = ((const int64_t *)repeats->data)[i];
    if (times < 1 || x->shape[i] * times != out->shape[i]) {
      return 0;
    }
  }
  return 1;
}

tercet_status_t tercet_repeat(const int64_t *attrs, const tercet_tensor_t *in,
                              tercet_tensor_t *out) {
  (void)attrs;
  if (in == NULL || out == NULL || !is_legal(&in[0], &in[1], out)) {
    return TERCET_BAD_ARG;
  }
  const int64_t *const repeats = in[1].data;
  const ptrdiff_t size = tercet_size(out);
  for (ptrdiff_t i = 0; i < size; ++i) {
    ptrdiff_t at = 0, rest = i, stride = 1;
    for (int32_t axis = out->rank - 1; axis >= 0; --axis) {
      at += rest % out->shape[axis] / (ptrdiff_t)repeats[axis] * stride;
      rest /= out->shape[axis];
      stride *= in[0].shape[axis];
    }
    move(out, i, &in[0], at);
  }
  return TERCET_OK;
}
