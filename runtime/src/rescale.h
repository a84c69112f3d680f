/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators share that end in one rounding shift and one clip. */
#ifndef TERCET_SRC_RESCALE_H_
#define TERCET_SRC_RESCALE_H_

#include "arith.h"
#include "channels.h"

/** The addends, shifts and limits. */
typedef struct rescale {
  const int64_t *add;
  const int8_t *shift;
  int64_t low, high;
} rescale_t;

/** Reads them from two tensors of [channels] and two attributes; 0 if these have other shapes. */
static inline int take_rescale(rescale_t *r, const tercet_tensor_t *add_shift, int32_t channels,
                               const int64_t *low_high) {
  if (!is(&add_shift[0], TERCET_I64, 1) || add_shift[0].shape[0] != channels ||
      !is(&add_shift[1], TERCET_I8, 1) || add_shift[1].shape[0] != channels) {
    return 0;
  }
  r->add = add_shift[0].data;
  r->shift = add_shift[1].data;
  r->low = low_high[0];
  r->high = low_high[1];
  return 1;
}

/** The result for an exact product in channel n. */
static inline int64_t rescaled(const rescale_t *r, ptrdiff_t n, int64_t product) {
  return clip(rne(product + r->add[n], r->shift[n]), r->low, r->high);
}

#endif /* TERCET_SRC_RESCALE_H_ */
