/* SPDX-License-Identifier: Apache-2.0 */
/* Movement of elements: the result is walked row by row, the operand follows by strides. */
#ifndef TERCET_SRC_WALK_H_
#define TERCET_SRC_WALK_H_

#include <string.h>

#include "element.h"

/** The element of x that belongs to each element of the result, in the order of the result. */
typedef struct walk {
  ptrdiff_t at;
  ptrdiff_t stride[TERCET_MAX_RANK]; /**< Step in x for one step in the result. */
  int32_t index[TERCET_MAX_RANK];
} walk_t;

/** Distance, in elements, between neighbours of t along an axis, row-major. */
static inline ptrdiff_t stride_of(const tercet_tensor_t *t, int32_t axis) {
  ptrdiff_t stride = 1;
  for (int32_t i = axis + 1; i < t->rank; ++i) {
    stride *= t->shape[i];
  }
  return stride;
}

/** Goes on to the next element of out, row by row. */
static inline void step(walk_t *w, const tercet_tensor_t *out) {
  for (int32_t axis = out->rank - 1; axis >= 0; --axis) {
    w->at += w->stride[axis];
    if (++w->index[axis] < out->shape[axis]) {
      return;
    }
    w->at -= w->index[axis] * w->stride[axis];
    w->index[axis] = 0;
  }
}

/** Element i of out becomes element `at` of x; both have the same type. */
static inline void move(tercet_tensor_t *out, ptrdiff_t i, const tercet_tensor_t *x, ptrdiff_t at) {
  const size_t bytes = element_bytes(out->type);
  memcpy((char *)out->data + (size_t)i * bytes, (const char *)x->data + (size_t)at * bytes, bytes);
}

/** Fills out with the elements that w visits. */
static inline void walk(walk_t *w, const tercet_tensor_t *x, tercet_tensor_t *out) {
  const ptrdiff_t size = tercet_size(out);
  for (ptrdiff_t i = 0; i < size; ++i) {
    move(out, i, x, w->at);
    step(w, out);
  }
}

/** Whether x and out are present and have the same type and the same batch. */
static inline int are_alike(const tercet_tensor_t *x, const tercet_tensor_t *out) {
  return x->data != NULL && out->data != NULL && x->type == out->type && x->rank >= 1 &&
         out->rank >= 1 && x->shape[0] == out->shape[0];
}

/** Whether t has one number for each axis of x. */
static inline int is_per_axis(const tercet_tensor_t *t, const tercet_tensor_t *x) {
  return is(t, TERCET_I64, 1) && t->shape[0] == x->rank;
}

#endif /* TERCET_SRC_WALK_H_ */
