/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_TENSOR_H_
#define TERCET_TENSOR_H_

#include <stddef.h>
#include <stdint.h>

#define TERCET_MAX_RANK 8

/** How an element is stored: its size in bytes, plus 16 if it has no sign. */
typedef enum tercet_type {
  TERCET_NONE = 0, /**< No tensor: an optional operand that is absent. */
  TERCET_I8 = 1,
  TERCET_I16 = 2,
  TERCET_I32 = 4,
  TERCET_I64 = 8,
  TERCET_U8 = 16 + 1,
  TERCET_U16 = 16 + 2,
  TERCET_U32 = 16 + 4
} tercet_type_t;

/**
 * A dense row-major tensor of integers that the caller owns. An element narrower than its storage
 * (4 bits in a byte) holds a value of its own range. An absent tensor is all zeros.
 */
typedef struct tercet_tensor {
  void *data;         /**< As many elements as the product of the shape; aligned as their type. */
  tercet_type_t type; /**< Storage of one element. */
  int32_t rank;       /**< 0 to TERCET_MAX_RANK. */
  int32_t shape[TERCET_MAX_RANK]; /**< rank extents, 1 or more each; batch first. */
} tercet_tensor_t;

/** Number of elements; 1 for rank 0. */
static inline ptrdiff_t tercet_size(const tercet_tensor_t *t) {
  ptrdiff_t n = 1;
  for (int32_t i = 0; i < t->rank; ++i) {
    n *= t->shape[i];
  }
  return n;
}

/** Whether two tensors have the same rank and extents. */
static inline int tercet_same_shape(const tercet_tensor_t *a, const tercet_tensor_t *b) {
  int same = a->rank == b->rank;
  for (int32_t i = 0; same && i < a->rank; ++i) {
    same = a->shape[i] == b->shape[i];
  }
  return same;
}

#endif /* TERCET_TENSOR_H_ */
