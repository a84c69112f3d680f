/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/softmax.h"

#include "../arith.h"
#include "../division.h"
#include "../element.h"

/** Softmax of n elements of x, `inner` apart, from element `at` on. */
static void along(const int64_t *attrs, const tercet_tensor_t *in, tercet_tensor_t *out,
                  ptrdiff_t at, ptrdiff_t n, ptrdiff_t inner) {
  const int64_t *const terms = in[1].data, *const scaled = in[2].data;
  const int64_t last = in[1].shape[0] - 1, before = attrs[1], after = attrs[2];
  int64_t most = load(&in[0], at), sum = 0;
  for (ptrdiff_t i = 1; i < n; ++i) {
    const int64_t v = load(&in[0], at + i * inner);
    most = v > most ? v : most;
  }
  for (ptrdiff_t i = 0; i < n; ++i) {
    sum += terms[clip(most - load(&in[0], at + i * inner), 0, last)];
  }
  for (ptrdiff_t i = at; i < at + n * inner; i += inner) {
    const int64_t top = scaled[clip(most - load(&in[0], i), 0, last)];
    store(out, i, clip(nearest(top + before * sum, sum) + after, attrs[3], attrs[4]));
  }
}

tercet_status_t tercet_softmax(const int64_t *attrs, const tercet_tensor_t *in,
                               tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || in[0].data == NULL || out->data == NULL ||
      !tercet_same_shape(&in[0], out) || attrs[0] < 1 || attrs[0] >= in[0].rank ||
      !is(&in[1], TERCET_I64, 1) || !is(&in[2], TERCET_I64, 1) ||
      !tercet_same_shape(&in[1], &in[2])) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t n = out->shape[attrs[0]], size = tercet_size(out);
  ptrdiff_t inner = 1;
  for (int64_t axis = attrs[0] + 1; axis < out->rank; ++axis) {
    inner *= out->shape[axis];
  }
  for (ptrdiff_t block = 0; block < size; block += n * inner) {
    for (ptrdiff_t i = 0; i < inner; ++i) {
      along(attrs, in, out, block + i, n, inner);
    }
  }
  return TERCET_OK;
}
