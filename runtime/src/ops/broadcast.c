/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/broadcast.h"

#include "../walk.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *out) {
  if (!are_alike(x, out) || x->rank > out->rank) {
    return 0;
  }
  const int32_t new_axes = out->rank - x->rank;
  for (int32_t i = 1; i < x->rank; ++i) {
    if (x->shape[i] != 1 && x->shape[i] != out->shape[i + new_axes]) {
      return 0;
    }
  }
  return 1;
}

tercet_status_t tercet_broadcast(const int64_t *attrs, const tercet_tensor_t *in,
                                 tercet_tensor_t *out) {
  (void)attrs;
  if (in == NULL || out == NULL || !is_legal(&in[0], out)) {
    return TERCET_BAD_ARG;
  }
  const int32_t new_axes = out->rank - in[0].rank;
  walk_t w = {0};
  w.stride[0] = stride_of(&in[0], 0);
  for (int32_t i = 1; i < in[0].rank; ++i) {
    w.stride[i + new_axes] = in[0].shape[i] == 1 ? 0 : stride_of(&in[0], i);
  }
  walk(&w, &in[0], out);
  return TERCET_OK;
}
