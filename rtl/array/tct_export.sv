// SPDX-License-Identifier: Apache-2.0
//
// Copies words of bank B to bank C, tile by tile, one word a cycle, and adds the zero point to each
// activation. A word is read in one cycle, picked from its tile's output in the next, and written
// in the third.

`include "tct_assert.svh"

module tct_export
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter  int unsigned Tiles      = 8,
  parameter  int unsigned BankBDepth = 4096,
  parameter  int unsigned OutDepth   = 512,
  localparam int unsigned TileW      = Tiles > 1 ? $clog2(Tiles) : 1,
  localparam int unsigned WordAw     = $clog2(BankBDepth / BeatActs),
  localparam int unsigned OutAw      = $clog2(OutDepth)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // A frame: constant from start_i until it has ended.
  input  logic  start_i,
  input  exec_t frame_i,
  /// In this cycle the last word is written.
  output logic  last_o,
  output logic  range_o,

  // Reads of bank B.
  output logic [Tiles-1:0]                         re_o,
  output logic [WordAw-1:0]                        addr_o,
  input  logic [Tiles-1:0][BeatActs-1:0][ActW-1:0] word_i,

  // Writes to bank C.
  output logic             we_o,
  output logic [OutAw-1:0] out_addr_o,
  output logic [BusW-1:0]  out_data_o
);
  logic                     run_d, run_q, word_last, last;
  logic [2:1]               read_q, last_q;
  logic [FieldW-1:0]        at_d, at_q, words_d, words_q, out_q;
  logic [TilesW-1:0]        tiles_d, tiles_q;
  logic [TileW-1:0]         tile_d, tile_q, chosen_q;
  logic [BeatActs-1:0][7:0] bytes_d, bytes_q;

  assign word_last  = words_q == frame_i.groups;
  assign last       = word_last && tiles_q == frame_i.tiles;
  assign addr_o     = at_q[WordAw-1:0];
  assign we_o       = read_q[2];
  assign out_addr_o = out_q[OutAw-1:0];
  assign last_o     = read_q[2] && last_q[2];
  assign range_o    = (run_q && |(at_q >> WordAw)) || (we_o && |(out_q >> OutAw));

  always_comb begin
    for (int unsigned t = 0; t < Tiles; t++) begin
      re_o[t] = run_q && 32'(tile_q) == t;
    end
    for (int unsigned i = 0; i < BeatActs; i++) begin
      bytes_d[i] = word_i[chosen_q][i][7:0];
      out_data_o[8*i +: 8] = bytes_q[i] + frame_i.zero_point[7:0];
    end
  end

  // words_q and tiles_q count from 1.
  always_comb begin
    run_d   = run_q && !last;
    at_d    = at_q;
    words_d = words_q;
    tile_d  = tile_q;
    tiles_d = tiles_q;
    if (run_q) begin
      at_d    = at_q + FieldW'(1);
      words_d = words_q + FieldW'(1);
      if (word_last) begin
        at_d    = FieldW'(frame_i.act_base[FieldW-1:$clog2(BeatActs)]);
        words_d = FieldW'(1);
        tile_d  = (tile_q + TileW'(frame_i.tile_step)) & TileW'(Tiles - 1);
        tiles_d = tiles_q + TilesW'(1);
      end
    end
    if (start_i) begin
      run_d   = 1'b1;
      at_d    = FieldW'(frame_i.act_base[FieldW-1:$clog2(BeatActs)]);
      words_d = FieldW'(1);
      tile_d  = TileW'(frame_i.tile) & TileW'(Tiles - 1);
      tiles_d = TilesW'(1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      run_q  <= 1'b0;
      read_q <= '0;
    end else begin
      run_q  <= run_d;
      read_q <= {read_q[1], run_q};
    end
  end

  always_ff @(posedge clk_i) begin
    at_q     <= at_d;
    words_q  <= words_d;
    tile_q   <= tile_d;
    tiles_q  <= tiles_d;
    chosen_q <= tile_q;
    bytes_q  <= bytes_d;
    last_q   <= {last_q[1], last};
    out_q    <= start_i ? frame_i.out_base : out_q + FieldW'(we_o);
  end

  `TCT_ASSERT(StartsWhenDone, start_i && !clear_i |-> !run_q && read_q == '0)
endmodule
