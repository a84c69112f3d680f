/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/matmul.h"

#include <string.h>

#include "../element.h"
#include "../row.h"

static int is_legal(const tercet_tensor_t *a, const tercet_tensor_t *b,
                    const tercet_tensor_t *out) {
  const int32_t rank = a->rank;
  if (a->data == NULL || b->data == NULL || rank < 3 || b->rank != rank ||
      !is(out, TERCET_I32, rank)) {
    return 0;
  }
  int legal = out->shape[rank - 2] == a->shape[rank - 2] &&
              out->shape[rank - 1] == b->shape[rank - 1] &&
              a->shape[rank - 1] == b->shape[rank - 2];
  for (int32_t i = 0; legal && i < rank - 2; ++i) {
    legal = a->shape[i] == b->shape[i] && a->shape[i] == out->shape[i];
  }
  return legal;
}

tercet_status_t tercet_matmul(const int64_t *attrs, const tercet_tensor_t *in,
                              tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(&in[0], &in[1], out)) {
    return TERCET_BAD_ARG;
  }
  const tercet_tensor_t *const a = &in[0], *const b = &in[1];
  const ptrdiff_t rows = out->shape[out->rank - 2], cols = out->shape[out->rank - 1];
  const ptrdiff_t depth = a->shape[a->rank - 1], size = tercet_size(out);
  memset(out->data, 0, (size_t)size * sizeof(uint32_t));
  for (ptrdiff_t m = 0; m < size / cols; ++m) { /* every row of every matrix */
    for (ptrdiff_t k = 0; k < depth; ++k) {
      const row_t row = {b, (m / rows * depth + k) * cols, 1, cols};
      const uint32_t factor = (uint32_t)(load(a, m * depth + k) - attrs[0]);
      add_row((uint32_t *)out->data + m * cols, 1, row, factor, attrs[1]);
    }
  }
  return TERCET_OK;
}
