// SPDX-License-Identifier: Apache-2.0
// Exact integer arithmetic shared by the kernels. T is a signed integer type, of C++ or of a vendor.
#ifndef TERCET_ARITH_HPP_
#define TERCET_ARITH_HPP_

#include "tercet/types.hpp"

namespace tercet {

/// w * x for a trit w, without a multiplier.
template <typename T>
constexpr T times(trit w, T x) {
  return w == 0 ? T(0) : w > 0 ? x : T(-x);
}

/// w * x for any other integer w.
template <typename W, typename T>
constexpr T times(W w, T x) {
  return T(w) * x;
}

/// v / 2^s rounded half to even, for s >= 0; T holds |v| + 2^s. `>>` of T keeps the sign.
template <typename T>
constexpr T rne(T v, int s) {
  return s == 0 ? v : T((v + ((T(1) << (s - 1)) - T(1)) + ((v >> s) & T(1))) >> s);
}

/// v limited to low..high.
template <typename T>
constexpr T clip(T v, T low, T high) {
  return v < low ? low : v > high ? high : v;
}

}  // namespace tercet

#endif  // TERCET_ARITH_HPP_
