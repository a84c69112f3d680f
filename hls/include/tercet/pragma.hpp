// SPDX-License-Identifier: Apache-2.0
// TERCET_HLS(PIPELINE II = 1) is `#pragma HLS PIPELINE II = 1` for a synthesis tool, else nothing.
#ifndef TERCET_PRAGMA_HPP_
#define TERCET_PRAGMA_HPP_

#define TERCET_PRAGMA_TEXT(...) _Pragma(#__VA_ARGS__)

#ifdef __SYNTHESIS__
#define TERCET_HLS(...) TERCET_PRAGMA_TEXT(HLS __VA_ARGS__)
#else
#define TERCET_HLS(...)
#endif

#endif  // TERCET_PRAGMA_HPP_
