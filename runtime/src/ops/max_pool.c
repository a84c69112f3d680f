/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/max_pool.h"

#include "../element.h"
#include "../window.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *out) {
  return x->data != NULL && (x->rank == 3 || x->rank == 4) && is(out, x->type, x->rank) &&
         x->shape[0] == out->shape[0] && x->shape[1] == out->shape[1];
}

/** The greatest element of window (row, col) of the map of x that begins at element `at`. */
static int64_t greatest(const tercet_tensor_t *x, ptrdiff_t at, const plane_t *p, ptrdiff_t row,
                        ptrdiff_t col) {
  int64_t found = INT64_MIN;
  for (ptrdiff_t kh = 0; kh < p->h.kernel; ++kh) {
    const ptrdiff_t h = place(&p->h, row, kh);
    for (ptrdiff_t kw = 0; kw < p->w.kernel; ++kw) {
      const ptrdiff_t w = place(&p->w, col, kw);
      if (h >= 0 && h < p->h.n && w >= 0 && w < p->w.n) {
        const int64_t v = load(x, at + h * p->w.n + w);
        found = v > found ? v : found;
      }
    }
  }
  return found;
}

tercet_status_t tercet_max_pool(const int64_t *attrs, const tercet_tensor_t *in,
                                tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(&in[0], out)) {
    return TERCET_BAD_ARG;
  }
  const plane_t plane = plane_of(attrs + 2, &in[0], out, attrs[0], attrs[1]);
  if (!is_filled(&plane.h) || !is_filled(&plane.w)) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t maps = (ptrdiff_t)out->shape[0] * out->shape[1];
  ptrdiff_t to = 0;
  for (ptrdiff_t m = 0; m < maps; ++m) {
    for (ptrdiff_t row = 0; row < plane.h.windows; ++row) {
      for (ptrdiff_t col = 0; col < plane.w.windows; ++col, ++to) {
        store(out, to, greatest(&in[0], m * map_size(&in[0]), &plane, row, col));
      }
    }
  }
  return TERCET_OK;
}
