// SPDX-License-Identifier: Apache-2.0
//
// The part of the harness that runs every clock: memory, what the ears heard, and a clock loop with
// an AXI4-Lite master that cocotb calls through ctypes. Simulated time stands still meanwhile.

#include <cstdint>
#include <cstring>
#include <vector>

#include "Vtop__Syms.h"
#include "svdpi.h"

#define TCT_EXPORT extern "C" __attribute__((visibility("default"), used))

namespace {

Vtop *top = nullptr;
int tiles = 0;
uint64_t ticks = 0;
std::vector<uint8_t> memory;
/// Rows of frame, results, sums: 1 + 2 * tiles words each. Rows of frame and cycles.
std::vector<int32_t> values;
std::vector<int32_t> frames;
/// Of every row of values: its clock cycle, that of its sums, and the simulated time.
std::vector<int64_t> written;
/// Addresses of all beats, once somebody watches.
std::vector<int32_t> accesses;
bool watched = false;

void tick() {
  top->clk_i = 1;
  top->eval();
  top->clk_i = 0;
  top->eval();
  ++ticks;
}

constexpr int kBusLimit = 100000;

}  // namespace

extern "C" {

void tct_attach(int count) {
  const auto *scope = static_cast<const VerilatedScope *>(svGetScope());
  top = static_cast<Vtop__Syms *>(scope->symsp())->__Vm_modelp;
  tiles = count;
}

long long tct_memory_read(int address) {
  long long word = 0x5a5a5a5a5a5a5a5aLL;
  const auto at = static_cast<uint32_t>(address);
  if (watched) accesses.push_back(address);
  if (static_cast<size_t>(at) + 8 <= memory.size()) std::memcpy(&word, &memory[at], 8);
  return word;
}

void tct_memory_write(int address, long long data, char strobe) {
  const auto at = static_cast<uint32_t>(address);
  if (watched) accesses.push_back(address);
  if (static_cast<size_t>(at) + 8 > memory.size()) return;
  for (int i = 0; i < 8; ++i) {
    if (strobe >> i & 1) memory[at + i] = static_cast<uint8_t>(data >> (8 * i));
  }
}

void tct_value(int frame, const svBitVecVal *results, const svBitVecVal *sums) {
  values.push_back(frame);
  for (int t = 0; t < tiles; ++t) values.push_back(static_cast<int32_t>(results[t]));
  for (int t = 0; t < tiles; ++t) values.push_back(static_cast<int32_t>(sums[t]));
}

void tct_written(int cycle, int sum_cycle, long long now) {
  for (const int64_t number : {int64_t{cycle}, int64_t{sum_cycle}, int64_t{now}}) {
    written.push_back(number);
  }
}

void tct_frame(int frame, int cycles) {
  frames.push_back(frame);
  frames.push_back(cycles);
}
}

/// The memory, `size` bytes, zeroed: valid until the next call.
TCT_EXPORT uint8_t *tct_memory(uint64_t size) {
  memory.assign(size, 0);
  return memory.data();
}

/// Hands out what the ears heard since the last call: the words, and in `count` how many.
TCT_EXPORT const int32_t *tct_take_values(uint64_t *count) {
  static std::vector<int32_t> taken;
  taken.swap(values);
  values.clear();
  *count = taken.size();
  return taken.data();
}

/// When the words were written that were handed out last: three numbers a row.
TCT_EXPORT const int64_t *tct_take_written(uint64_t *count) {
  static std::vector<int64_t> taken;
  taken.swap(written);
  written.clear();
  *count = taken.size();
  return taken.data();
}

TCT_EXPORT const int32_t *tct_take_frames(uint64_t *count) {
  static std::vector<int32_t> taken;
  taken.swap(frames);
  frames.clear();
  *count = taken.size();
  return taken.data();
}

/// Keep the address of every beat from now on.
TCT_EXPORT void tct_watch() { watched = true; }

TCT_EXPORT const int32_t *tct_take_accesses(uint64_t *count) {
  static std::vector<int32_t> taken;
  taken.swap(accesses);
  accesses.clear();
  *count = taken.size();
  return taken.data();
}

/// Clock cycles since the start.
TCT_EXPORT uint64_t tct_ticks() { return ticks; }

/// Runs until irq is high; false when it is not within `limit` cycles.
TCT_EXPORT bool tct_run(uint64_t limit) {
  for (uint64_t i = 0; i < limit; ++i) {
    if (top->irq_o) return true;
    tick();
  }
  return top->irq_o;
}

TCT_EXPORT void tct_tick(uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) tick();
}

/// Writes a register; the response, or -1 when none came. In `taken`, the tick of the handshake.
TCT_EXPORT int tct_write(uint32_t address, uint32_t data, uint64_t *taken) {
  top->awaddr_i = address;
  top->wdata_i = data;
  top->awvalid_i = top->wvalid_i = top->bready_i = 1;
  for (int i = 0; i < kBusLimit; ++i) {
    top->eval();
    const bool aw = top->awvalid_i && top->awready_o, w = top->wvalid_i && top->wready_o;
    const bool b = top->bvalid_o;
    const int response = top->bresp_o;
    if (aw || w) *taken = ticks;
    tick();
    if (aw) top->awvalid_i = 0;
    if (w) top->wvalid_i = 0;
    if (b) {
      top->bready_i = 0;
      top->eval();
      return response;
    }
  }
  return -1;
}

/// Reads a register into `data`; the response, or -1 when none came.
TCT_EXPORT int tct_read(uint32_t address, uint32_t *data) {
  top->araddr_i = address;
  top->arvalid_i = top->rready_i = 1;
  for (int i = 0; i < kBusLimit; ++i) {
    top->eval();
    const bool ar = top->arvalid_i && top->arready_o, r = top->rvalid_o;
    const int response = top->rresp_o;
    *data = top->rdata_o;
    tick();
    if (ar) top->arvalid_i = 0;
    if (r) {
      top->rready_i = 0;
      top->eval();
      return response;
    }
  }
  return -1;
}
