/* SPDX-License-Identifier: Apache-2.0 */
#include "tercet/flatten.h"

#include <string.h>

#include "../element.h"

tercet_status_t tercet_flatten(const int64_t *attrs, const tercet_tensor_t *in,
                               tercet_tensor_t *out) {
  (void)attrs;
  if (in == NULL || out == NULL || in[0].data == NULL || !is(out, in[0].type, 2) ||
      in[0].rank < 1 || in[0].shape[0] != out->shape[0] ||
      tercet_size(&in[0]) != tercet_size(out)) {
    return TERCET_BAD_ARG;
  }
  memcpy(out->data, in[0].data, (size_t)tercet_size(out) * element_bytes(out->type));
  return TERCET_OK;
}
