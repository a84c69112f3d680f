// SPDX-License-Identifier: Apache-2.0
//
// What Verilator's FST writer calls of zlib, so that a waveform needs no package of the system. It
// is asked for small parts of a file only: they are stored, not compressed (RFC 1950 and 1951).
#pragma once

#include <cstdint>
#include <cstring>

using Bytef = unsigned char;
using uLong = unsigned long;
using uLongf = unsigned long;

constexpr int Z_OK = 0, Z_BUF_ERROR = -5;

namespace tercet_zlib {

constexpr uLong kStored = 65535;
/// Bytes around a part: of a block of it, and of the whole (two in front, the checksum behind).
constexpr uLong kBlock = 5, kWhole = 6;

/// Adler-32.
inline uint32_t checksum(const Bytef *from, uLong size) {
  uint32_t a = 1, b = 0;
  for (uLong i = 0; i < size; ++i) {
    a = (a + from[i]) % 65521;
    b = (b + a) % 65521;
  }
  return b << 16 | a;
}

}  // namespace tercet_zlib

inline uLong compressBound(uLong size) {
  using namespace tercet_zlib;
  return size + (size / kStored + 1) * kBlock + kWhole;
}

/// Stores `size` bytes as a stream of zlib. `room` holds how many fit, afterwards how many it took.
inline int compress2(Bytef *to, uLongf *room, const Bytef *from, uLong size, int /*level*/) {
  using namespace tercet_zlib;
  if (*room < compressBound(size)) return Z_BUF_ERROR;
  Bytef *at = to;
  *at++ = 0x78;
  *at++ = 0x01;
  uLong done = 0;
  do {
    const uLong part = size - done < kStored ? size - done : kStored;
    *at++ = done + part == size;  // the last block
    *at++ = static_cast<Bytef>(part);
    *at++ = static_cast<Bytef>(part >> 8);
    *at++ = static_cast<Bytef>(~part);
    *at++ = static_cast<Bytef>(~part >> 8);
    if (part != 0) std::memcpy(at, from + done, part);
    at += part;
    done += part;
  } while (done < size);
  const uint32_t sum = checksum(from, size);
  for (int shift = 24; shift >= 0; shift -= 8) *at++ = static_cast<Bytef>(sum >> shift);
  *room = static_cast<uLong>(at - to);
  return Z_OK;
}
