// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_ADD_HPP_
#define TERCET_ADD_HPP_

#include <cstdint>

#include "tercet/arith.hpp"
#include "tercet/flat.hpp"
#include "tercet/types.hpp"

namespace tercet {

/// y = clip(rne(mul_a[n] * a + mul_b[n] * b + add[n], shift[n]), Low, High) for every element of
/// arrays of one shape; element i belongs to channel n = (i / Inner) % N.
///
/// |add| < 2^55, shift from 0 to 50; the products' sum is at most 2^62. Y holds Low and High.
template <std::int64_t Low, std::int64_t High, std::int64_t Inner, typename A, typename B, int N,
          typename MulA, typename MulB, typename Add, typename Shift, typename Y>
void add(const A &a, const B &b, const MulA (&mul_a)[N], const MulB (&mul_b)[N],
         const Add (&add)[N], const Shift (&shift)[N], Y &y) {
  static_assert(Low <= High, "add: an empty range");
  using Exact = sint<64>;
  TERCET_HLS(INLINE off)
  detail::channel<N, int(Inner)> channel;
  auto one = [&](const detail::element_of<A> &p, const detail::element_of<B> &q) {
    const int n = channel.next();
    const Exact product = as<Exact>(mul_a[n]) * Exact(p) + as<Exact>(mul_b[n]) * Exact(q);
    const Exact exact = product + as<Exact>(add[n]);
    return clip<Exact>(rne<Exact>(exact, int(shift[n])), Exact(Low), Exact(High));
  };
  detail::each(one, y, a, b);
}

}  // namespace tercet

#endif  // TERCET_ADD_HPP_
