// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_CONCAT_HPP_
#define TERCET_CONCAT_HPP_

#include <cstdint>

#include "tercet/flat.hpp"

namespace tercet {
namespace detail {

template <typename Y>
Y &last(Y &y) {
  return y;
}
template <typename X, typename Next, typename... Rest>
auto &last(X &, Next &next, Rest &...rest) {
  return last(next, rest...);
}

/// Copies all arrays but the last into the last one, the first at `offset` along Axis.
template <int Axis, typename Y>
void join(int, Y &) {}
template <int Axis, typename X, typename Next, typename... Rest>
void join(int offset, const X &x, Next &next, Rest &...rest) {
  auto &y = last(next, rest...);
  using Y = typename std::remove_reference<decltype(y)>::type;
  each_place<X>([&](int i, const int (&index)[array<X>::rank]) {
    int to = offset * stride<Y>(Axis);
    for (int axis = 0; axis < array<X>::rank; ++axis) {
      to += index[axis] * stride<Y>(axis);
    }
    at(y, to) = at(x, i);
  });
  join<Axis>(offset + array<X>::extent(Axis), next, rest...);
}

}  // namespace detail

/// The last argument = the Count others in order, one after the other along Axis.
template <std::int64_t Axis, std::int64_t Count, typename... Arrays>
void concat(Arrays &...arrays) {
  static_assert(sizeof...(Arrays) == Count + 1, "concat: Count operands and a result");
  TERCET_HLS(INLINE off)
  detail::join<int(Axis)>(0, arrays...);
}

}  // namespace tercet

#endif  // TERCET_CONCAT_HPP_
