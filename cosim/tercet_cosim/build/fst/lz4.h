// SPDX-License-Identifier: Apache-2.0
//
// What Verilator's FST writer calls of liblz4, so that a waveform needs no package of the system.
// A block of LZ4 is a row of sequences; numbers of 15 and more go on in bytes that end below 255:
//
//   | token: literals, match - 4 | literals | distance, 2 bytes, low first | match |
//
// The last five bytes of a block are literals, and no match starts in its last twelve.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

namespace tercet_lz4 {

constexpr int kLeast = 4, kTail = 5, kLastMatch = 12, kFar = 65535, kHashBits = 14;

/// Writes a block into a buffer of fixed size; `full` once it did not fit.
class Block {
 public:
  Block(char *to, int capacity) : to_(to), end_(to + capacity), begin_(to) {}

  /// Literals, then a match of `length` bytes at `distance` back; none where length is 0.
  void sequence(const char *literals, int count, int distance, int length) {
    const int extra = length ? length - kLeast : 0;
    byte((count < 15 ? count : 15) << 4 | (extra < 15 ? extra : 15));
    more(count);
    if (end_ - to_ < count) {
      full_ = true;
      return;
    }
    std::memcpy(to_, literals, static_cast<size_t>(count));
    to_ += count;
    if (length) {
      byte(distance & 255);
      byte(distance >> 8);
      more(extra);
    }
  }

  int size() const { return full_ ? 0 : static_cast<int>(to_ - begin_); }

 private:
  void byte(int value) {
    if (to_ == end_) {
      full_ = true;
    } else {
      *to_++ = static_cast<char>(value);
    }
  }

  /// What a number has beyond the 15 of its token.
  void more(int number) {
    if (number < 15) return;
    for (number -= 15; number >= 255; number -= 255) byte(255);
    byte(number);
  }

  char *to_, *end_, *begin_;
  bool full_ = false;
};

}  // namespace tercet_lz4

inline int LZ4_compressBound(int size) { return size + size / 255 + 16; }

/// Compresses a block: how many bytes it took, 0 when they are more than `capacity`.
inline int LZ4_compress_default(const char *from, char *to, int size, int capacity) {
  using namespace tercet_lz4;
  Block block(to, capacity);
  std::vector<int> seen(1 << kHashBits, -1);  // by the hash of four bytes: where they were last
  int literals = 0;
  for (int at = 0; at + kLastMatch < size;) {
    uint32_t word = 0;
    std::memcpy(&word, from + at, kLeast);
    int &last = seen[word * 2654435761U >> (32 - kHashBits)];
    const int found = last;
    last = at;
    if (found < 0 || at - found > kFar || std::memcmp(from + found, from + at, kLeast) != 0) {
      ++at;
      continue;
    }
    int length = kLeast;
    while (at + length < size - kTail && from[found + length] == from[at + length]) ++length;
    block.sequence(from + literals, at - literals, at - found, length);
    at += length;
    literals = at;
  }
  block.sequence(from + literals, size - literals, 0, 0);
  return block.size();
}
