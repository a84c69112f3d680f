/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/pad.h"

#include "../walk.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *pads,
                    const tercet_tensor_t *out) {
  if (x->data == NULL || out->data == NULL || x->type != out->type || x->rank != out->rank ||
      !is(pads, TERCET_I64, 2) || pads->shape[0] != x->rank || pads->shape[1] != 2) {
    return 0;
  }
  const int64_t *const pad = pads->data;
  for (int32_t i = 0; i < x->rank; ++i) {
    if (pad[2 * i] < 0 || pad[2 * i + 1] < 0 ||
        x->shape[i] + pad[2 * i] + pad[2 * i + 1] != out->shape[i]) {
      return 0;
    }
  }
  return 1;
}

tercet_status_t tercet_pad(const int64_t *attrs, const tercet_tensor_t *in, tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(&in[0], &in[1], out)) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t size = tercet_size(out);
  for (ptrdiff_t i = 0; i < size; ++i) {
    ptrdiff_t at = 0, rest = i, stride = 1;
    int inside = 1;
    for (int32_t axis = out->rank - 1; axis >= 0; --axis) {
      const ptrdiff_t before = (ptrdiff_t)((const int64_t *)in[1].data)[2 * axis];
      const ptrdiff_t place = rest % out->shape[axis] - before;
      inside = inside && place >= 0 && place < in[0].shape[axis];
      at += place * stride;
      rest /= out->shape[axis];
      stride *= in[0].shape[axis];
    }
    if (inside) {
      move(out, i, &in[0], at);
    } else {
      store(out, i, attrs[0]);
    }
  }
  return TERCET_OK;
}
