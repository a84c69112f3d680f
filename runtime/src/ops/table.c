/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/table.h"

#include "../channels.h"

tercet_status_t tercet_table(const int64_t *attrs, const tercet_tensor_t *in,
                             tercet_tensor_t *out) {
  if (attrs == NULL || in == NULL || out == NULL || !is(&in[1], out->type, 2) ||
      out->data == NULL || !tercet_same_shape(&in[0], out) ||
      !has_channels(&in[0], in[1].shape[0], attrs[1])) {
    return TERCET_BAD_ARG;
  }
  const ptrdiff_t channels = in[1].shape[0], entries = in[1].shape[1], size = tercet_size(out);
  const ptrdiff_t inner = (ptrdiff_t)attrs[1];
  for (ptrdiff_t i = 0; i < size; ++i) {
    const ptrdiff_t row = i / inner % channels * entries;
    store(out, i, load(&in[1], row + (ptrdiff_t)(load(&in[0], i) - attrs[0])));
  }
  return TERCET_OK;
}
