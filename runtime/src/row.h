/* SPDX-License-Identifier: Apache-2.0 */
/* What every sum of products is made of: one row, times one weight, added to another row. */
#ifndef TERCET_SRC_ROW_H_
#define TERCET_SRC_ROW_H_

#include <stddef.h>
#include <stdint.h>

#include "tercet/tensor.h"

/** n elements of x: at, at + step, .. */
typedef struct row {
  const tercet_tensor_t *x;
  ptrdiff_t at, step, n;
} row_t;

#define TERCET_ADD_ROW(T)                                                               \
  do {                                                                                  \
    const T *const x = (const T *)row.x->data + row.at;                                 \
    for (ptrdiff_t j = 0; j < row.n; ++j) {                                             \
      acc[j * acc_step] += weight * ((uint32_t)x[j * row.step] - (uint32_t)zero_point); \
    }                                                                                   \
  } while (0)

/**
 * acc[j * acc_step] += weight * (row[j] - zero_point), modulo 2^32: of 32-bit sums whose result
 * fits, the result is exact whatever the partial sums are.
 */
static inline void add_row(uint32_t *acc, ptrdiff_t acc_step, row_t row, uint32_t weight,
                           int64_t zero_point) {
  switch (row.x->type) {
    case TERCET_I8:
      TERCET_ADD_ROW(int8_t);
      break;
    case TERCET_U8:
      TERCET_ADD_ROW(uint8_t);
      break;
    case TERCET_I16:
      TERCET_ADD_ROW(int16_t);
      break;
    case TERCET_U16:
      TERCET_ADD_ROW(uint16_t);
      break;
    case TERCET_I32:
      TERCET_ADD_ROW(int32_t);
      break;
    case TERCET_U32:
      TERCET_ADD_ROW(uint32_t);
      break;
    case TERCET_I64:
      TERCET_ADD_ROW(int64_t);
      break;
    case TERCET_NONE:
      break;
  }
}

#undef TERCET_ADD_ROW

#endif /* TERCET_SRC_ROW_H_ */
