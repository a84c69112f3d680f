/* SPDX-License-Identifier: Apache-2.0 */
/* Exact integer arithmetic shared by the kernels. */
#ifndef TERCET_SRC_ARITH_H_
#define TERCET_SRC_ARITH_H_

#include <stdint.h>

/** v / 2^s rounded down, s from 0 to 62. In C, `>>` of a negative v depends on the compiler. */
static inline int64_t floor_shift(int64_t v, int s) { return v >= 0 ? v >> s : ~(~v >> s); }

/** v / 2^s rounded half to even, s from 0 to 61. */
static inline int64_t rne(int64_t v, int s) {
  const int64_t down = floor_shift(v, s);
  const int64_t twice_rest = 2 * (v - down * (INT64_C(1) << s));
  const int64_t one = INT64_C(1) << s;
  const int up = twice_rest > one || (twice_rest == one && down % 2 != 0);
  return down + up;
}

static inline int64_t clip(int64_t v, int64_t low, int64_t high) {
  return v < low ? low : v > high ? high : v;
}

#endif /* TERCET_SRC_ARITH_H_ */
