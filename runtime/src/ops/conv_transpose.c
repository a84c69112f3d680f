/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/conv_transpose.h"

#include "../element.h"
#include "../window.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *weight,
                    const tercet_tensor_t *bias, const tercet_tensor_t *out, int64_t groups) {
  return x->data != NULL && (x->rank == 3 || x->rank == 4) && is(weight, TERCET_I8, x->rank) &&
         is(out, TERCET_I32, x->rank) && x->shape[0] == out->shape[0] &&
         weight->shape[0] == x->shape[1] && groups >= 1 && x->shape[1] % groups == 0 &&
         out->shape[1] == groups * weight->shape[1] &&
         (bias->data == NULL || (is(bias, TERCET_I32, 1) && bias->shape[0] == out->shape[1]));
}

/** Whether the extent of the result is that of one window for each element of x. */
static int is_spread(const axis_t *a, int64_t more) {
  return axis_is_legal(a) && in_range(more, 0) &&
         a->n == reach(a, a->windows) - a->begin - a->end + more;
}

/** Adds the window of every element of the map of x, which begins at element `at`, to acc. */
static void add_windows(uint32_t *acc, const tercet_tensor_t *x, ptrdiff_t at, const int8_t *weight,
                        const plane_t *p, int64_t zero_point) {
  for (ptrdiff_t kh = 0; kh < p->h.kernel; ++kh) {
    for (ptrdiff_t kw = 0; kw < p->w.kernel; ++kw, ++weight) {
      const span_t rows = span(&p->h, kh), cols = span(&p->w, kw);
      for (ptrdiff_t r = rows.first; r < rows.first + rows.count; ++r) {
        const row_t row = {x, at + r * width(x) + cols.first, 1, cols.count};
        const ptrdiff_t to = place(&p->h, r, kh) * p->w.n + place(&p->w, cols.first, kw);
        add_row(acc + to, (ptrdiff_t)p->w.stride, row, (uint32_t)*weight, zero_point);
      }
    }
  }
}

tercet_status_t tercet_conv_transpose(const int64_t *attrs, const tercet_tensor_t *in,
                                      tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL ||
      !is_legal(&in[0], &in[1], &in[2], out, attrs[1])) {
    return TERCET_BAD_ARG;
  }
  const tercet_tensor_t *const x = &in[0];
  const plane_t plane = plane_of(attrs + 4, out, x, height(&in[1]), width(&in[1]));
  if (!is_spread(&plane.h, attrs[2]) || !is_spread(&plane.w, attrs[3])) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t inputs = x->shape[1], outputs = out->shape[1], size = map_size(out);
  const ptrdiff_t maps = inputs / (ptrdiff_t)attrs[1], each = in[1].shape[1];
  const uint32_t *const bias = in[2].data;
  for (ptrdiff_t b = 0; b < out->shape[0]; ++b) {
    for (ptrdiff_t o = 0; o < outputs; ++o) {
      uint32_t *const acc = (uint32_t *)out->data + (b * outputs + o) * size;
      for (ptrdiff_t i = 0; i < size; ++i) {
        acc[i] = bias == NULL ? 0 : bias[o];
      }
      for (ptrdiff_t i = o / each * maps; i < (o / each + 1) * maps; ++i) {
        const ptrdiff_t kernel = (i * each + o % each) * map_size(&in[1]);
        add_windows(acc, x, (b * inputs + i) * map_size(x), (const int8_t *)in[1].data + kernel,
                    &plane, attrs[0]);
      }
    }
  }
  return TERCET_OK;
}
