/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/sum.h"

#include <string.h>

#include "../element.h"
#include "../row.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *out, int64_t axis) {
  int legal = x->data != NULL && axis >= 1 && axis < x->rank && is(out, TERCET_I32, x->rank - 1);
  for (int32_t i = 0; legal && i < out->rank; ++i) {
    legal = out->shape[i] == x->shape[i < axis ? i : i + 1];
  }
  return legal;
}

tercet_status_t tercet_sum(const int64_t *attrs, const tercet_tensor_t *in, tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(&in[0], out, attrs[0])) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t terms = in[0].shape[attrs[0]];
  ptrdiff_t inner = 1;
  for (int32_t i = (int32_t)attrs[0]; i < out->rank; ++i) {
    inner *= out->shape[i];
  }
  const ptrdiff_t outer = tercet_size(out) / inner;
  memset(out->data, 0, (size_t)(outer * inner) * sizeof(uint32_t));
  for (ptrdiff_t o = 0; o < outer; ++o) {
    for (ptrdiff_t k = 0; k < terms; ++k) {
      const row_t row = {&in[0], (o * terms + k) * inner, 1, inner};
      add_row((uint32_t *)out->data + o * inner, 1, row, 1, attrs[1]);
    }
  }
  return TERCET_OK;
}
