// SPDX-License-Identifier: Apache-2.0
//
// Widths that no configuration changes.

package tct_pkg;

  /// Bits of the memory bus, and of a frame's word.
  localparam int unsigned BusW = 64;
  /// Bits of a stored activation: a byte less its zero point, signed.
  localparam int unsigned ActW = 9;
  /// Activations in a beat, and in a word of bank B.
  localparam int unsigned BeatActs = BusW / 8;
  /// Activations, and columns, that a tile looks at in a cycle: a word of bank B.
  localparam int unsigned WordW = BeatActs;
  /// Columns whose bits the loader writes together.
  localparam int unsigned MapW = 16;
  /// Words that wait to be issued in a tile, and how many of them hold the walk.
  localparam int unsigned FifoDepth = 16;
  localparam int unsigned FifoFull = 12;
  /// Bits of an address in a frame or a table: sums wrap.
  localparam int unsigned FieldW = 16;
  /// Bits of an entry as the tables keep it: besides its own, what the loader saw of it (tct_load).
  localparam int unsigned TableW = BusW + 3;
  /// Bits of the number of an entry of a table, and of the length of a list.
  localparam int unsigned EntryW = 10;
  /// Bits of the multiplier M (signed), the addend B (signed) and the shift s.
  localparam int unsigned MulW = 32;
  localparam int unsigned AddW = 58;
  localparam int unsigned ShiftW = 6;
  /// Bits of a parameter entry: B, M and s from the lowest up, or a threshold.
  localparam int unsigned ParamW = AddW + MulW + ShiftW;
  /// Bits of a result before it is narrowed.
  localparam int unsigned WideW = 32;
  /// Bits of a clip bound.
  localparam int unsigned ClipW = 10;

  /// Trits in a PT-5 byte. In the fabric a trit has two bits, {not negative, not zero}: the adders
  /// then need no inverter for the carry that makes a complement.
  localparam int unsigned ByteTrits = 5;
  localparam int unsigned Pt5Codes = 243;

  /// Register stages of the adder tree over the tiles: one for every two levels, and at least one.
  function automatic int unsigned reduce_stages(int unsigned tiles);
    return $clog2(tiles) < 2 ? 1 : ($clog2(tiles) + 1) / 2;
  endfunction

endpackage
