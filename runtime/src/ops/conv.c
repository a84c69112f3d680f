/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/conv.h"

#include "../element.h"
#include "../window.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *weight,
                    const tercet_tensor_t *bias, const tercet_tensor_t *out, int64_t groups) {
  return x->data != NULL && (x->rank == 3 || x->rank == 4) && is(weight, TERCET_I8, x->rank) &&
         is(out, TERCET_I32, x->rank) && x->shape[0] == out->shape[0] &&
         weight->shape[0] == out->shape[1] && groups >= 1 && weight->shape[0] % groups == 0 &&
         x->shape[1] == groups * weight->shape[1] &&
         (bias->data == NULL || (is(bias, TERCET_I32, 1) && bias->shape[0] == out->shape[1]));
}

/** One map of the result: the sum over the group's maps of x, which begin at element `at`. */
static void add_maps(uint32_t *acc, const tercet_tensor_t *x, ptrdiff_t at, const int8_t *weight,
                     ptrdiff_t maps, const plane_t *plane, int64_t zero_point) {
  for (ptrdiff_t i = 0; i < maps; ++i) {
    for (ptrdiff_t kh = 0; kh < plane->h.kernel; ++kh) {
      for (ptrdiff_t kw = 0; kw < plane->w.kernel; ++kw, ++weight) {
        if (*weight != 0) {
          add_place(acc, x, at + i * map_size(x), plane, kh, kw, *weight, zero_point);
        }
      }
    }
  }
}

tercet_status_t tercet_conv(const int64_t *attrs, const tercet_tensor_t *in, tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL ||
      !is_legal(&in[0], &in[1], &in[2], out, attrs[1])) {
    return TERCET_BAD_ARG;
  }
  const tercet_tensor_t *const x = &in[0];
  const plane_t plane = plane_of(attrs + 2, x, out, height(&in[1]), width(&in[1]));
  if (!is_filled(&plane.h) || !is_filled(&plane.w)) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t outputs = out->shape[1], maps = in[1].shape[1], size = map_size(out);
  const ptrdiff_t each = outputs / (ptrdiff_t)attrs[1];
  const uint32_t *const bias = in[2].data;
  for (ptrdiff_t b = 0; b < out->shape[0]; ++b) {
    for (ptrdiff_t o = 0; o < outputs; ++o) {
      uint32_t *const acc = (uint32_t *)out->data + (b * outputs + o) * size;
      for (ptrdiff_t i = 0; i < size; ++i) {
        acc[i] = bias == NULL ? 0 : bias[o];
      }
      const ptrdiff_t first = b * x->shape[1] + o / each * maps;
      const int8_t *const weight = (const int8_t *)in[1].data + o * maps * map_size(&in[1]);
      add_maps(acc, x, first * map_size(x), weight, maps, &plane, attrs[0]);
    }
  }
  return TERCET_OK;
}
