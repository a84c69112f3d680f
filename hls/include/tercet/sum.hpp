// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_SUM_HPP_
#define TERCET_SUM_HPP_

#include <cstdint>
#include <type_traits>

#include "tercet/pragma.hpp"

namespace tercet {
namespace detail {

/// acc += x - ZeroPoint, or acc = x - ZeroPoint, element by element.
template <bool First, std::int64_t ZeroPoint, typename X, typename Acc>
typename std::enable_if<!std::is_array<X>::value>::type accumulate(const X &x, Acc &acc) {
  acc = Acc((First ? Acc(0) : acc) + Acc(Acc(x) - Acc(ZeroPoint)));
}
template <bool First, std::int64_t ZeroPoint, int N, typename X, typename Acc>
void accumulate(const X (&x)[N], Acc (&acc)[N]) {
  for (int i = 0; i < N; ++i) {
    TERCET_HLS(PIPELINE II = 1)
    accumulate<First, ZeroPoint>(x[i], acc[i]);
  }
}

template <int Axis, std::int64_t ZeroPoint>
struct sum_over {
  template <int N, typename X, typename Acc>
  static void run(const X (&x)[N], Acc (&acc)[N]) {
    for (int i = 0; i < N; ++i) {
      sum_over<Axis - 1, ZeroPoint>::run(x[i], acc[i]);
    }
  }
};
template <std::int64_t ZeroPoint>
struct sum_over<0, ZeroPoint> {
  template <int N, typename X, typename Acc>
  static void run(const X (&x)[N], Acc &acc) {
    accumulate<true, ZeroPoint>(x[0], acc);
    for (int i = 1; i < N; ++i) {
      accumulate<false, ZeroPoint>(x[i], acc);
    }
  }
};

}  // namespace detail

/// acc = the sum of x - ZeroPoint over one axis, which acc does not have.
///
/// Acc holds every partial sum and every x - ZeroPoint.
template <int Axis, std::int64_t ZeroPoint, typename X, typename Acc>
void sum(const X &x, Acc &acc) {
  static_assert(Axis >= 1 && Axis < int(std::rank<X>::value), "sum: no such axis");
  TERCET_HLS(INLINE off)
  detail::sum_over<Axis, ZeroPoint>::run(x, acc);
}

}  // namespace tercet

#endif  // TERCET_SUM_HPP_
