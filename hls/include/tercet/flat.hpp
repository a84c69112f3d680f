// SPDX-License-Identifier: Apache-2.0
// Arrays of any number of dimensions, element by element and row by row.
#ifndef TERCET_FLAT_HPP_
#define TERCET_FLAT_HPP_

#include <type_traits>

#include "tercet/pragma.hpp"
#include "tercet/types.hpp"

namespace tercet {
namespace detail {

/// Rank and extents of an array type; a scalar has rank 0.
template <typename X>
struct array {
  static constexpr int rank = 0, count = 1;
  static constexpr int extent(int) { return 1; }
};
template <typename X, int N>
struct array<X[N]> {
  static constexpr int rank = 1 + array<X>::rank, count = N * array<X>::count;
  static constexpr int extent(int axis) { return axis == 0 ? N : array<X>::extent(axis - 1); }
};

/// Distance, in elements, between neighbours along an axis.
template <typename X>
constexpr int stride(int axis) {
  int found = 1;
  for (int i = axis + 1; i < array<X>::rank; ++i) {
    found *= array<X>::extent(i);
  }
  return found;
}

/// The type of an element.
template <typename X>
using element_of = typename std::remove_cv<typename std::remove_all_extents<X>::type>::type;

/// Element i, row by row.
template <typename X>
X &at(X &x, int) {
  return x;
}
template <typename X, int N>
auto &at(X (&x)[N], int i) {
  return at(x[i / array<X>::count], i % array<X>::count);
}

/// y = f(x ...) for every element of arrays of one shape.
template <typename F, typename Y, typename... X>
void each(F &f, Y &y, const X &...x) {
  y = as<Y>(f(x...));
}
template <typename F, int N, typename Y, typename... X>
void each(F &f, Y (&y)[N], const X (&...x)[N]) {
  for (int i = 0; i < N; ++i) {
    TERCET_HLS(PIPELINE II = 1)
    each(f, y[i], x[i]...);
  }
}

/// f(i, index) for every element i of a Y, whose place is index[0], index[1] ...
template <typename Y, typename F>
void each_place(F f) {
  int index[array<Y>::rank] = {};
  for (int i = 0; i < array<Y>::count; ++i) {
    TERCET_HLS(PIPELINE II = 1)
    f(i, index);
    for (int axis = array<Y>::rank - 1; axis >= 0 && ++index[axis] == array<Y>::extent(axis);
         --axis) {
      index[axis] = 0;
    }
  }
}

/// The channel (i / Inner) % N of element i, for i = 0, 1, 2 ...
template <int N, int Inner>
class channel {
 public:
  /// The channel of the next element.
  int next() {
    const int found = n_;
    if (++k_ == Inner) {
      k_ = 0;
      n_ = n_ + 1 == N ? 0 : n_ + 1;
    }
    return found;
  }

 private:
  int n_ = 0, k_ = 0;
};

}  // namespace detail
}  // namespace tercet

#endif  // TERCET_FLAT_HPP_
