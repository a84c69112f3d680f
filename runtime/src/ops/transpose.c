/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/transpose.h"

#include "../walk.h"

static int is_legal(const tercet_tensor_t *x, const tercet_tensor_t *permutation,
                    const tercet_tensor_t *out) {
  if (!are_alike(x, out) || x->rank != out->rank || !is_per_axis(permutation, x)) {
    return 0;
  }
  for (int32_t i = 0; i < x->rank; ++i) {
    const int64_t axis = ((const int64_t *)permutation->data)[i];
    if (axis < 0 || axis >= x->rank || x->shape[axis] != out->shape[i]) {
      return 0;
    }
  }
  return 1;
}

tercet_status_t tercet_transpose(const int64_t *attrs, const tercet_tensor_t *in,
                                 tercet_tensor_t *out) {
  (void)attrs;
  if (in == NULL || out == NULL || !is_legal(&in[0], &in[1], out)) {
    return TERCET_BAD_ARG;
  }
  walk_t w = {0};
  for (int32_t i = 0; i < out->rank; ++i) {
    w.stride[i] = stride_of(&in[0], (int32_t)((const int64_t *)in[1].data)[i]);
  }
  walk(&w, &in[0], out);
  return TERCET_OK;
}
