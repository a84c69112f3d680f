/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/gather.h"

#include <string.h>

#include "../arith.h"
#include "../element.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *table,
                    const tercet_tensor_t *out) {
  int legal = x->data != NULL && table->data != NULL && table->rank == 2 &&
              is(out, table->type, x->rank + 1) && out->shape[x->rank] == table->shape[1];
  for (int32_t i = 0; legal && i < x->rank; ++i) {
    legal = out->shape[i] == x->shape[i];
  }
  return legal;
}

tercet_status_t tercet_gather(const int64_t *attrs, const tercet_tensor_t *in,
                              tercet_tensor_t *out) {
  (void)attrs;
  if (in == NULL || out == NULL || !is_legal(&in[0], &in[1], out)) {
    return TERCET_BAD_ARG;
  }
  const char *const rows = in[1].data;
  char *const to = out->data;
  const size_t bytes = (size_t)in[1].shape[1] * element_bytes(out->type);
  for (ptrdiff_t i = 0; i < tercet_size(&in[0]); ++i) {
    const int64_t row = clip(load(&in[0], i), 0, in[1].shape[0] - 1);
    memcpy(to + (size_t)i * bytes, rows + (size_t)row * bytes, bytes);
  }
  return TERCET_OK;
}
