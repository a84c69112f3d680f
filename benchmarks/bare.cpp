// SPDX-License-Identifier: Apache-2.0
//
// The same RTL and testbench without cocotb, VPI or Python: a plain C++ main that runs a job of
// words and bytes, and prints cycles, processor seconds and a sum over all output bytes.

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

#include "Vtop.h"

extern "C" {
uint8_t *tct_memory(uint64_t size);
const int32_t *tct_take_values(uint64_t *count);
const int32_t *tct_take_frames(uint64_t *count);
uint64_t tct_ticks();
bool tct_run(uint64_t limit);
void tct_tick(uint64_t count);
int tct_write(uint32_t address, uint32_t data, uint64_t *taken);
int tct_read(uint32_t address, uint32_t *data);
}

namespace {

/// The job's words, as benchmarks/simulation.py writes them.
enum Word : size_t {
  kMemory,
  kWindowBase,
  kWindowLimit,
  kSetup,
  kSetupFrames,
  kInfer,
  kInferFrames,
  kInput,
  kInputBytes,
  kOutput,
  kOutputBytes,
  kVectors,
  kLatency,
  kRegWindowBase,
  kRegWindowLimit,
  kRegControl,
  kRegProgram,
  kRegLength,
  kRegIrqStatus,
  kRegStatus,
  kIrqEnable,
  kStart,
  kClear,
  kDone,
  kCounters,
  kWords
};

std::vector<uint64_t> word(kWords);

void write(Word reg, uint64_t data) {
  uint64_t taken = 0;
  if (tct_write(static_cast<uint32_t>(word[reg]), static_cast<uint32_t>(data), &taken) != 0) {
    std::puts("a register does not answer");
    std::exit(1);
  }
}

void run(uint64_t address, uint64_t frames) {
  write(kRegProgram, address);
  write(kRegLength, frames);
  write(kRegControl, word[kIrqEnable] | word[kStart]);
  uint32_t status = 0;
  if (!tct_run(4000000)) std::exit(2);
  tct_read(static_cast<uint32_t>(word[kRegStatus]), &status);
  write(kRegIrqStatus, word[kDone]);
}

}  // namespace

int main(int argc, char **argv) {
  std::FILE *file = argc == 2 ? std::fopen(argv[1], "rb") : nullptr;
  if (file == nullptr || std::fread(word.data(), 8, kWords, file) != kWords) return 3;
  std::vector<uint32_t> counters(word[kCounters]);
  std::vector<uint8_t> image(word[kMemory]), inputs(word[kVectors] * word[kInputBytes]);
  if (std::fread(counters.data(), 4, counters.size(), file) != counters.size()) return 3;
  if (std::fread(image.data(), 1, image.size(), file) != image.size()) return 3;
  if (std::fread(inputs.data(), 1, inputs.size(), file) != inputs.size()) return 3;
  std::fclose(file);

  Vtop top;
  top.rst_ni = 0;
  top.latency_i = static_cast<uint16_t>(word[kLatency]);
  top.eval();
  tct_tick(3);
  top.rst_ni = 1;
  tct_tick(1);
  uint8_t *memory = tct_memory(word[kMemory]);
  std::memcpy(memory, image.data(), image.size());

  const std::clock_t started = std::clock();
  uint64_t sum = 0, count = 0;
  write(kRegWindowBase, word[kWindowBase]);
  write(kRegWindowLimit, word[kWindowLimit]);
  write(kRegControl, word[kIrqEnable]);
  run(word[kSetup], word[kSetupFrames]);
  for (uint64_t v = 0; v < word[kVectors]; ++v) {
    std::memcpy(memory + word[kInput], &inputs[v * word[kInputBytes]], word[kInputBytes]);
    write(kRegControl, word[kIrqEnable] | word[kClear]);
    run(word[kInfer], word[kInferFrames]);
    for (uint64_t i = 0; i < word[kOutputBytes]; ++i) sum += memory[word[kOutput] + i];
    uint32_t data = 0;
    for (uint32_t address : counters) tct_read(address, &data);
    tct_take_values(&count);
    tct_take_frames(&count);
  }
  const double seconds = static_cast<double>(std::clock() - started) / CLOCKS_PER_SEC;
  std::printf("%llu %.6f %llu\n", static_cast<unsigned long long>(tct_ticks()), seconds,
              static_cast<unsigned long long>(sum));
  return 0;
}
