/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/sum_pool.h"

#include <string.h>

#include "../element.h"
#include "../window.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *weight,
                    const tercet_tensor_t *out) {
  return x->data != NULL && (x->rank == 3 || x->rank == 4) && is(out, TERCET_I32, x->rank) &&
         x->shape[0] == out->shape[0] && x->shape[1] == out->shape[1] &&
         (weight->data == NULL || (is(weight, TERCET_I32, 1) && weight->shape[0] == map_size(out)));
}

tercet_status_t tercet_sum_pool(const int64_t *attrs, const tercet_tensor_t *in,
                                tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(&in[0], &in[1], out)) {
    return TERCET_BAD_ARG;
  }
  const plane_t plane = plane_of(attrs + 3, &in[0], out, attrs[0], attrs[1]);
  if (!is_filled(&plane.h) || !is_filled(&plane.w)) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t maps = (ptrdiff_t)out->shape[0] * out->shape[1], size = map_size(out);
  const uint32_t *const weight = in[1].data;
  memset(out->data, 0, (size_t)(maps * size) * sizeof(uint32_t));
  for (ptrdiff_t m = 0; m < maps; ++m) {
    uint32_t *const acc = (uint32_t *)out->data + m * size;
    for (ptrdiff_t kh = 0; kh < plane.h.kernel; ++kh) {
      for (ptrdiff_t kw = 0; kw < plane.w.kernel; ++kw) {
        add_place(acc, &in[0], m * map_size(&in[0]), &plane, kh, kw, 1, attrs[2]);
      }
    }
    for (ptrdiff_t i = 0; weight != NULL && i < size; ++i) {
      acc[i] *= weight[i];
    }
  }
  return TERCET_OK;
}
