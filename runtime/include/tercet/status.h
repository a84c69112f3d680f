/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TERCET_STATUS_H_
#define TERCET_STATUS_H_

/** Result of a call. Nothing was written unless it is TERCET_OK. */
typedef enum tercet_status {
  TERCET_OK = 0,
  TERCET_BAD_ARG = 1 /**< A pointer is NULL, or a size or a type is not the one required. */
} tercet_status_t;

/** Returns the status of `expr` from the calling function unless it is TERCET_OK. */
#define TERCET_TRY(expr)                    \
  do {                                      \
    const tercet_status_t status_ = (expr); \
    if (status_ != TERCET_OK) {             \
      return status_;                       \
    }                                       \
  } while (0)

#endif /* TERCET_STATUS_H_ */
