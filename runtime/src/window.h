/* SPDX-License-Identifier: Apache-2.0 */
/* Windows that move over maps: tensors [B][C][W] or [B][C][H][W]. */
#ifndef TERCET_SRC_WINDOW_H_
#define TERCET_SRC_WINDOW_H_

#include <stddef.h>
#include <stdint.h>

#include "row.h"
#include "tercet/tensor.h"

/** One axis: `windows` windows of `kernel` places over `n` elements. */
typedef struct axis {
  int64_t n, windows, kernel, stride, begin, end, dilation;
} axis_t;

/** Both axes; for maps [B][C][W] the height is one window of one element. */
typedef struct plane {
  axis_t h, w;
} plane_t;

/** A range of places j of an axis. */
typedef struct span {
  ptrdiff_t first, count;
} span_t;

/** Elements of a map, row-major. */
static inline ptrdiff_t map_size(const tercet_tensor_t *t) {
  return (ptrdiff_t)t->shape[t->rank - 1] * (t->rank == 4 ? t->shape[2] : 1);
}

/** Height of the maps of t. */
static inline int32_t height(const tercet_tensor_t *t) { return t->rank == 4 ? t->shape[2] : 1; }

/** Width of the maps of t. */
static inline int32_t width(const tercet_tensor_t *t) { return t->shape[t->rank - 1]; }

/**
 * The axes of maps of one rank, 3 or 4: `windows` has one element for each window over `whole`.
 *
 * attrs: {stride_h, stride_w, pad_top, pad_bottom, pad_left, pad_right, dilation_h, dilation_w}.
 */
static inline plane_t plane_of(const int64_t *attrs, const tercet_tensor_t *whole,
                               const tercet_tensor_t *windows, int64_t kernel_h, int64_t kernel_w) {
  const plane_t plane = {
      {height(whole), height(windows), kernel_h, attrs[0], attrs[2], attrs[3], attrs[6]},
      {width(whole), width(windows), kernel_w, attrs[1], attrs[4], attrs[5], attrs[7]},
  };
  return plane;
}

static inline int in_range(int64_t v, int64_t low) { return v >= low && v <= INT32_MAX / 2; }

/** Whether the numbers of an axis are valid. */
static inline int axis_is_legal(const axis_t *a) {
  return in_range(a->kernel, 1) && in_range(a->stride, 1) && in_range(a->dilation, 1) &&
         in_range(a->begin, 0) && in_range(a->end, 0);
}

/** Number of padded elements from the first to the last that `windows` windows cover. */
static inline int64_t reach(const axis_t *a, int64_t windows) {
  return (windows - 1) * a->stride + (a->kernel - 1) * a->dilation + 1;
}

/** Whether these are all windows that fit the padded axis. */
static inline int is_filled(const axis_t *a) {
  const int64_t padded = a->n + a->begin + a->end;
  return axis_is_legal(a) && reach(a, a->windows) <= padded && reach(a, a->windows + 1) > padded;
}

/** Index of the element at place k of window j; outside the axis it is padding. */
static inline ptrdiff_t place(const axis_t *a, ptrdiff_t j, ptrdiff_t k) {
  return (ptrdiff_t)(j * a->stride + k * a->dilation - a->begin);
}

/** The windows whose place k is not padding. */
static inline span_t span(const axis_t *a, ptrdiff_t k) {
  const int64_t offset = k * a->dilation - a->begin;
  const int64_t first = offset >= 0 ? 0 : (a->stride - 1 - offset) / a->stride;
  int64_t end = offset >= a->n ? 0 : (a->n - 1 - offset) / a->stride + 1;
  end = end < a->windows ? end : a->windows;
  const span_t found = {(ptrdiff_t)first, (ptrdiff_t)(end > first ? end - first : 0)};
  return found;
}

/**
 * Adds weight * (x - zero_point) for place (kh, kw) of every window to its element of the map acc;
 * the map of x starts at element `at`.
 */
static inline void add_place(uint32_t *acc, const tercet_tensor_t *x, ptrdiff_t at,
                             const plane_t *p, ptrdiff_t kh, ptrdiff_t kw, int32_t weight,
                             int64_t zero_point) {
  const span_t rows = span(&p->h, kh), cols = span(&p->w, kw);
  for (ptrdiff_t r = rows.first; r < rows.first + rows.count; ++r) {
    const ptrdiff_t from = place(&p->h, r, kh) * p->w.n + place(&p->w, cols.first, kw);
    const row_t row = {x, at + from, (ptrdiff_t)p->w.stride, cols.count};
    add_row(acc + r * p->w.windows + cols.first, 1, row, (uint32_t)weight, zero_point);
  }
}

#endif /* TERCET_SRC_WINDOW_H_ */
