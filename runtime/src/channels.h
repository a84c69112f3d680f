/* SPDX-License-Identifier: Apache-2.0 */
/* Element i of a tensor, row-major, belongs to channel (i / inner) % N. */
#ifndef TERCET_SRC_CHANNELS_H_
#define TERCET_SRC_CHANNELS_H_

#include "element.h"

/** Whether a batch entry of t consists of whole blocks of this many channels. */
static inline int has_channels(const tercet_tensor_t *t, int32_t channels, int64_t inner) {
  if (t->data == NULL || t->rank < 1 || inner < 1) {
    return 0;
  }
  const int64_t row = tercet_size(t) / t->shape[0];
  return inner <= row && row % (channels * inner) == 0;
}

#endif /* TERCET_SRC_CHANNELS_H_ */
