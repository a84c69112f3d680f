// SPDX-License-Identifier: Apache-2.0
#ifndef TERCET_COPY_HPP_
#define TERCET_COPY_HPP_

namespace tercet {

/// y = x, element by element, for arrays of one shape and different integer types.
template <typename From, typename To>
void copy(const From &from, To &to) {
  to = static_cast<To>(from);
}
template <typename From, typename To, int N>
void copy(const From (&from)[N], To (&to)[N]) {
  for (int i = 0; i < N; ++i) {
    copy(from[i], to[i]);
  }
}

}  // namespace tercet

#endif  // TERCET_COPY_HPP_
