// SPDX-License-Identifier: Apache-2.0
// The types of generated programs: tercet::sint<Bits>, tercet::uint<Bits>, tercet::trit, absent.
//
// By default these are the standard types of C++. For synthesis, name a header that defines sint and
// uint, by -DTERCET_TYPES='"vendor_types.hpp"', such as
//   namespace tercet { template <int Bits> using sint = ap_int<Bits>; ... }
#ifndef TERCET_TYPES_HPP_
#define TERCET_TYPES_HPP_

#ifdef TERCET_TYPES
#include TERCET_TYPES
#else
#include "tercet/standard_types.hpp"
#endif

namespace tercet {

/// -1, 0 or 1. A type of its own tells kernels at compile time that no multiplier is needed.
class trit {
 public:
  constexpr trit(int value = 0) : value_(static_cast<signed char>(value)) {}
  constexpr operator int() const { return value_; }

 private:
  signed char value_;
};

/// The integer v as a T, by an overload for trits, which a vendor's types cannot convert.
template <typename T, typename V>
constexpr T as(const V &v) {
  return T(v);
}
template <typename T>
constexpr T as(const trit &v) {
  return T(int(v));
}

/// An optional operand that is absent: reads as zeros.
struct absent {};

/// Element i of a vector that may be absent.
template <typename T, int N>
constexpr const T &element(const T (&values)[N], int i) {
  return values[i];
}
constexpr int element(absent, int) { return 0; }

}  // namespace tercet

#endif  // TERCET_TYPES_HPP_
