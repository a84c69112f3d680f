/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/requantize.h"

#include "../arith.h"
#include "../element.h"

static int is_legal(const tercet_tensor_t *in, const tercet_tensor_t *out) {
  const tercet_tensor_t *const acc = &in[0];
  if (acc->data == NULL || acc->type != TERCET_I32 || acc->rank < 1 || out->data == NULL ||
      !tercet_same_shape(acc, out)) {
    return 0;
  }
  const int32_t n = acc->shape[acc->rank - 1];
  return is(&in[1], TERCET_I32, 1) && in[1].shape[0] == n && is(&in[2], TERCET_I64, 1) &&
         in[2].shape[0] == n && is(&in[3], TERCET_I8, 1) && in[3].shape[0] == n;
}

tercet_status_t tercet_requantize(const int64_t *attrs, const tercet_tensor_t *in,
                                  tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is_legal(in, out)) {
    return TERCET_BAD_ARG;
  }
  const int32_t *const acc = in[0].data;
  const int32_t *const mul = in[1].data;
  const int64_t *const add = in[2].data;
  const int8_t *const shift = in[3].data;
  const ptrdiff_t channels = in[1].shape[0], size = tercet_size(out);
  for (ptrdiff_t row = 0; row < size; row += channels) {
    for (ptrdiff_t n = 0; n < channels; ++n) {
      const int64_t exact = (int64_t)mul[n] * acc[row + n] + add[n];
      store(out, row + n, clip(rne(exact, shift[n]), attrs[0], attrs[1]));
    }
  }
  return TERCET_OK;
}
