// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_REQUANTIZE_HPP_
#define TERCET_REQUANTIZE_HPP_

#include <cstdint>

#include "tercet/arith.hpp"
#include "tercet/flat.hpp"
#include "tercet/types.hpp"

namespace tercet {

/// y = clip(rne(mul[n] * acc + add[n], shift[n]), Low, High) for every element of arrays of one
/// shape; element i belongs to channel n = (i / Inner) % N.
///
/// |mul| < 2^31, |add| < 2^55, shift from 0 to 50, acc of at most 32 bits: the exact value has at
/// most 64. Y holds Low and High.
template <std::int64_t Low, std::int64_t High, std::int64_t Inner, typename Acc, int N,
          typename Mul, typename Add, typename Shift, typename Y>
void requantize(const Acc &acc, const Mul (&mul)[N], const Add (&add)[N], const Shift (&shift)[N],
                Y &y) {
  static_assert(Low <= High, "requantize: an empty range");
  using Exact = sint<64>;
  TERCET_HLS(INLINE off)
  detail::channel<N, int(Inner)> channel;
  auto one = [&](const detail::element_of<Acc> &x) {
    const int n = channel.next();
    const Exact exact = as<Exact>(mul[n]) * Exact(x) + as<Exact>(add[n]);
    return clip<Exact>(rne<Exact>(exact, int(shift[n])), Exact(Low), Exact(High));
  };
  detail::each(one, y, acc);
}

}  // namespace tercet

#endif  // TERCET_REQUANTIZE_HPP_
