/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/pair_table.h"

#include "../element.h"

tercet_status_t tercet_pair_table(const int64_t *attrs, const tercet_tensor_t *in,
                                  tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || out->data == NULL || in[0].data == NULL ||
      !tercet_same_shape(&in[0], out) || in[1].data == NULL || !tercet_same_shape(&in[1], out) ||
      !is(&in[2], out->type, 2)) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t columns = in[2].shape[1], size = tercet_size(out);
  for (ptrdiff_t i = 0; i < size; ++i) {
    const ptrdiff_t row = (ptrdiff_t)(load(&in[0], i) - attrs[0]);
    const ptrdiff_t column = (ptrdiff_t)(load(&in[1], i) - attrs[1]);
    store(out, i, load(&in[2], row * columns + column));
  }
  return TERCET_OK;
}
