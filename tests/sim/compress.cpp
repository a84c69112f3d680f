// Compresses standard input with one of the headers that stand in for a library, to standard output.
#include <cstdio>
#include <iterator>
#include <iostream>
#include <string>
#include <vector>

#include "lz4.h"
#include "zlib.h"

int main(int argc, char **argv) {
  std::vector<char> from((std::istreambuf_iterator<char>(std::cin)), {});
  const int size = static_cast<int>(from.size());
  from.push_back(0);  // so that there is an address
  if (argc > 1 && std::string(argv[1]) == "lz4") {
    std::vector<char> to(static_cast<size_t>(LZ4_compressBound(size)));
    const int took = LZ4_compress_default(from.data(), to.data(), size, static_cast<int>(to.size()));
    std::fwrite(to.data(), 1, static_cast<size_t>(took), stdout);
    return took > 0 && LZ4_compress_default(from.data(), to.data(), size, 0) == 0 ? 0 : 1;
  }
  uLongf room = compressBound(static_cast<uLong>(size));
  std::vector<Bytef> to(room);
  const auto *bytes = reinterpret_cast<const Bytef *>(from.data());
  if (compress2(to.data(), &room, bytes, static_cast<uLong>(size), 9) != Z_OK) return 1;
  std::fwrite(to.data(), 1, room, stdout);
  uLongf none = 3;
  return compress2(to.data(), &none, bytes, static_cast<uLong>(size), 9) == Z_BUF_ERROR ? 0 : 1;
}
