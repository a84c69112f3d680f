// SPDX-License-Identifier: Apache-2.0
// tercet::sint and tercet::uint without a vendor's header: the smallest standard types.
#ifndef TERCET_STANDARD_TYPES_HPP_
#define TERCET_STANDARD_TYPES_HPP_

#include <cstdint>
#include <type_traits>

namespace tercet {
namespace detail {

template <int Bits, typename I8, typename I16, typename I32, typename I64>
struct smallest {
  static_assert(Bits >= 1 && Bits <= 64, "an integer has 1 to 64 bits");
  using upper = typename std::conditional<(Bits <= 32), I32, I64>::type;
  using lower = typename std::conditional<(Bits <= 8), I8, I16>::type;
  using type = typename std::conditional<(Bits <= 16), lower, upper>::type;
};

}  // namespace detail

template <int Bits>
using sint =
    typename detail::smallest<Bits, std::int8_t, std::int16_t, std::int32_t, std::int64_t>::type;

template <int Bits>
using uint = typename detail::smallest<Bits, std::uint8_t, std::uint16_t, std::uint32_t,
                                       std::uint64_t>::type;

}  // namespace tercet

#endif  // TERCET_STANDARD_TYPES_HPP_
