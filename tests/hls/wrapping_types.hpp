// SPDX-License-Identifier: Apache-2.0
// tercet::sint and tercet::uint of exactly as many bits as they say, which wrap as hardware does.
// Takes the place of tercet/standard_types.hpp, as a synthesis tool's header would: a kernel that
// leaves a declared width, or leans on a standard type, gives a wrong result or does not compile.
#ifndef TESTS_HLS_WRAPPING_TYPES_HPP_
#define TESTS_HLS_WRAPPING_TYPES_HPP_

#include <cstdint>
#include <type_traits>

namespace tercet {

template <int Bits, bool Signed>
class wrapping {
 public:
  wrapping() = default;
  template <typename T, typename = typename std::enable_if<std::is_arithmetic<T>::value>::type>
  wrapping(T value) : value_(wrap(static_cast<std::uint64_t>(value))) {}
  template <int B, bool S>
  explicit wrapping(const wrapping<B, S> &other) : wrapping(std::int64_t(other)) {}
  operator std::int64_t() const { return value_; }
  wrapping &operator+=(const wrapping &other) { return *this = wrapping(value_ + other.value_); }

 private:
  static std::int64_t wrap(std::uint64_t bits) {
    constexpr int unused = 64 - Bits;
    return Signed ? static_cast<std::int64_t>(bits << unused) >> unused
                  : static_cast<std::int64_t>((bits << unused) >> unused);
  }
  std::int64_t value_;
};

template <int Bits>
using sint = wrapping<Bits, true>;
template <int Bits>
using uint = wrapping<Bits, false>;

}  // namespace tercet

#endif  // TESTS_HLS_WRAPPING_TYPES_HPP_
