/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/concat.h"

#include "../walk.h"

static int is_legal(int64_t axis, int64_t count, const tercet_tensor_t *in,
                    const tercet_tensor_t *out) {
  int64_t joined = 0;
  if (axis < 1 || axis >= out->rank || count < 1) {
    return 0;
  }
  for (int64_t n = 0; n < count; ++n) {
    if (!are_alike(&in[n], out) || in[n].rank != out->rank) {
      return 0;
    }
    for (int32_t i = 0; i < out->rank; ++i) {
      if (i != axis && in[n].shape[i] != out->shape[i]) {
        return 0;
      }
    }
    joined += in[n].shape[axis];
  }
  return joined == out->shape[axis];
}

tercet_status_t tercet_concat(const int64_t *attrs, const tercet_tensor_t *in,
                              tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(attrs[0], attrs[1], in, out)) {
    return TERCET_BAD_ARG;
  }
  const int32_t axis = (int32_t)attrs[0];
  const size_t inner = (size_t)stride_of(out, axis) * element_bytes(out->type);
  char *to = out->data;
  ptrdiff_t blocks = 1;
  for (int32_t i = 0; i < axis; ++i) {
    blocks *= out->shape[i];
  }
  for (ptrdiff_t block = 0; block < blocks; ++block) {
    for (int64_t n = 0; n < attrs[1]; ++n) {
      const size_t bytes = (size_t)in[n].shape[axis] * inner;
      memcpy(to, (const char *)in[n].data + (size_t)block * bytes, bytes);
      to += bytes;
    }
  }
  return TERCET_OK;
}
