/* SPDX-License-Identifier: Apache-2.0 */
/* What layer, group and RMS norm share: elements divided by the root of their row's squares. */
#ifndef TERCET_SRC_NORMALIZE_H_
#define TERCET_SRC_NORMALIZE_H_

#include "arith.h"
#include "channels.h"
#include "division.h"

/** 2^15 * sqrt(square) rounded down, for a square of 1 to 2^62 - 1: digit by digit. */
static inline int64_t root(int64_t square) {
  int64_t found = 0, rest = 0;
  for (int at = 60; at >= -30; at -= 2) { /* behind the point there are 15 more digits, all 0 */
    const int64_t digit = at >= 0 ? (square >> at) & 3 : 0;
    rest = 4 * rest + digit;
    found = 2 * found;
    if (rest > 2 * found) {
      rest -= 2 * found + 1;
      found += 1;
    }
  }
  return found;
}

/** Rows of `size` elements; an element x counts as x - zero. */
typedef struct rows {
  const int64_t *attrs; /**< size, epsilon, unit, after, low, high, inner. */
  int64_t zero;
  int centred; /**< Whether the mean is subtracted as well. */
} rows_t;

/** The row that starts at element `at`. */
static inline void normalize_row(const rows_t *r, const tercet_tensor_t *in, tercet_tensor_t *out,
                                 ptrdiff_t at) {
  const int64_t *const attrs = r->attrs, size = attrs[0];
  const int64_t *const mul = in[1].data, *const add = in[2].data;
  const int8_t *const shift = in[3].data;
  int64_t sum = 0, squares = 0;
  for (ptrdiff_t i = at; i < at + size; ++i) {
    const int64_t u = load(&in[0], i) - r->zero;
    sum += r->centred ? u : 0;
    squares += u * u;
  }
  int64_t square = (size * squares - sum * sum) * (INT64_C(1) << attrs[2]) + attrs[1], factor = 1;
  while (square < INT64_C(1) << 60) {
    square *= 4;
    factor *= 2;
  }
  const int64_t d = root(square);
  for (ptrdiff_t i = at; i < at + size; ++i) {
    const ptrdiff_t n = i / (ptrdiff_t)attrs[6] % in[1].shape[0];
    const int64_t c = size * (load(&in[0], i) - r->zero) - sum;
    const int64_t y = rne(quotient(mul[n], c * factor, d) + add[n], shift[n]) + attrs[3];
    store(out, i, clip(y, attrs[4], attrs[5]));
  }
}

/** Normalizes every row; the arguments are those of a kernel. */
static inline tercet_status_t normalize(const rows_t *r, const tercet_tensor_t *in,
                                        tercet_tensor_t *out) {
  const int64_t *const attrs = r->attrs;
  if (out->data == NULL || !tercet_same_shape(&in[0], out) || !is(&in[1], TERCET_I64, 1) ||
      !is(&in[2], TERCET_I64, 1) || !is(&in[3], TERCET_I8, 1) ||
      !tercet_same_shape(&in[1], &in[2]) || !tercet_same_shape(&in[1], &in[3]) ||
      !has_channels(&in[0], in[1].shape[0], attrs[6]) || attrs[0] < 1 ||
      in[1].shape[0] * attrs[6] % attrs[0] != 0) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t total = tercet_size(out);
  for (ptrdiff_t at = 0; at < total; at += (ptrdiff_t)attrs[0]) {
    normalize_row(r, in, out, at);
  }
  return TERCET_OK;
}

#endif /* TERCET_SRC_NORMALIZE_H_ */
