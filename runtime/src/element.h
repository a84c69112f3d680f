/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of a tensor whose storage is known at run time only. */
#ifndef TERCET_SRC_ELEMENT_H_
#define TERCET_SRC_ELEMENT_H_

#include <stddef.h>
#include <stdint.h>

#include "tercet/tensor.h"

/** Bytes of one element. */
static inline size_t element_bytes(tercet_type_t type) { return (size_t)type % 16; }

/** Element i. */
static inline int64_t load(const tercet_tensor_t *t, ptrdiff_t i) {
  switch (t->type) {
    case TERCET_I8:
      return ((const int8_t *)t->data)[i];
    case TERCET_U8:
      return ((const uint8_t *)t->data)[i];
    case TERCET_I16:
      return ((const int16_t *)t->data)[i];
    case TERCET_U16:
      return ((const uint16_t *)t->data)[i];
    case TERCET_I32:
      return ((const int32_t *)t->data)[i];
    case TERCET_U32:
      return ((const uint32_t *)t->data)[i];
    case TERCET_I64:
      return ((const int64_t *)t->data)[i];
    case TERCET_NONE:
      break;
  }
  return 0;
}

/** Sets element i to v, which must fit its storage. */
static inline void store(tercet_tensor_t *t, ptrdiff_t i, int64_t v) {
  switch (t->type) {
    case TERCET_I8:
      ((int8_t *)t->data)[i] = (int8_t)v;
      break;
    case TERCET_U8:
      ((uint8_t *)t->data)[i] = (uint8_t)v;
      break;
    case TERCET_I16:
      ((int16_t *)t->data)[i] = (int16_t)v;
      break;
    case TERCET_U16:
      ((uint16_t *)t->data)[i] = (uint16_t)v;
      break;
    case TERCET_I32:
      ((int32_t *)t->data)[i] = (int32_t)v;
      break;
    case TERCET_U32:
      ((uint32_t *)t->data)[i] = (uint32_t)v;
      break;
    case TERCET_I64:
      ((int64_t *)t->data)[i] = v;
      break;
    case TERCET_NONE:
      break;
  }
}

/** Whether t is present and has this type and rank. */
static inline int is(const tercet_tensor_t *t, tercet_type_t type, int32_t rank) {
  return t->data != NULL && t->type == type && t->rank == rank;
}

#endif /* TERCET_SRC_ELEMENT_H_ */
