/* SPDX-License-Identifier: Apache-2.0 */
/* Division of 64-bit integers: to the nearest, and with more digits than 64 bits hold. */
#ifndef TERCET_SRC_DIVISION_H_
#define TERCET_SRC_DIVISION_H_

#include <stdint.h>

/** top / bottom rounded half to even; top is 0 or more, bottom is 1 to 2^62. */
static inline int64_t nearest(int64_t top, int64_t bottom) {
  const int64_t down = top / bottom, twice = 2 * (top % bottom);
  return down + (twice > bottom || (twice == bottom && down % 2 != 0));
}

/**
 * factor * value * 2^16 / bottom, rounded toward zero: long division, digit by digit of the factor.
 * |value| * (|factor| >> 16) is below 2^62, |value| below 2^46, bottom 1 to 2^46, the result below
 * 2^62.
 */
static inline int64_t quotient(int64_t factor, int64_t value, int64_t bottom) {
  const int64_t digits = factor < 0 ? -factor : factor, size = value < 0 ? -value : value;
  const int64_t top = (digits >> 16) * size, next = (digits & 0xffff) * size;
  const int64_t middle = top % bottom * 65536 + next;
  const int64_t last = middle % bottom * 65536;
  const int64_t found = (top / bottom * 65536 + middle / bottom) * 65536 + last / bottom;
  return (factor < 0) == (value < 0) ? found : -found;
}

#endif /* TERCET_SRC_DIVISION_H_ */
