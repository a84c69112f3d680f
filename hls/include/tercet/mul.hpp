// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_MUL_HPP_
#define TERCET_MUL_HPP_

#include <cstdint>

#include "tercet/arith.hpp"
#include "tercet/flat.hpp"
#include "tercet/types.hpp"

namespace tercet {

/// y = clip(rne(mul[n] * (a - ZeroA) * (b - ZeroB) + add[n], shift[n]), Low, High) for every
/// element of arrays of one shape; element i belongs to channel n = (i / Inner) % N.
///
/// |add| < 2^55, shift from 0 to 50; the product is at most 2^62. Y holds Low and High.
template <std::int64_t ZeroA, std::int64_t ZeroB, std::int64_t Low, std::int64_t High,
          std::int64_t Inner, typename A, typename B, int N, typename Mul, typename Add,
          typename Shift, typename Y>
void mul(const A &a, const B &b, const Mul (&mul)[N], const Add (&add)[N], const Shift (&shift)[N],
         Y &y) {
  static_assert(Low <= High, "mul: an empty range");
  using Exact = sint<64>;
  TERCET_HLS(INLINE off)
  detail::channel<N, int(Inner)> channel;
  auto one = [&](const detail::element_of<A> &p, const detail::element_of<B> &q) {
    const int n = channel.next();
    const Exact left = Exact(p) - Exact(ZeroA), right = Exact(q) - Exact(ZeroB);
    const Exact exact = as<Exact>(mul[n]) * left * right + as<Exact>(add[n]);
    return clip<Exact>(rne<Exact>(exact, int(shift[n])), Exact(Low), Exact(High));
  };
  detail::each(one, y, a, b);
}

}  // namespace tercet

#endif  // TERCET_MUL_HPP_
