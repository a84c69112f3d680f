// SPDX-License-Identifier: Apache-2.0
//
// A tile: bank A (weight columns), bank B (activations), their bitmaps, a scanner and L lanes.
// A column takes three cycles from the scanner to the accumulators: read, select, add.

`include "tct_assert.svh"

module tct_tile
  import tct_pkg::*;
#(
  parameter  int unsigned Lanes      = 20,
  parameter  int unsigned AccW       = 24,
  parameter  int unsigned BankADepth = 1024,
  parameter  int unsigned BankBDepth = 4096,
  localparam int unsigned ColAw      = $clog2(BankADepth),
  localparam int unsigned ActAw      = $clog2(BankBDepth),
  localparam int unsigned LaneW      = $clog2(Lanes),
  localparam int unsigned IdxW       = $clog2(WordW),
  localparam int unsigned ColWordW   = ColAw - IdxW,
  localparam int unsigned ActWordW   = ActAw - IdxW,
  localparam int unsigned BeatW      = $clog2(BeatActs)
) (
  input  logic                                 clk_i,
  input  logic                                 rst_ni,
  input  logic                                 clear_i,

  // Weight columns and their bitmap.
  input  logic                                 col_we_i,
  input  logic [ColAw-1:0]                     col_addr_i,
  input  logic [Lanes-1:0][1:0]                col_data_i,
  input  logic [WordW-1:0]                     col_bits_i,
  // Activations a beat at a time, from memory.
  input  logic                                 beat_we_i,
  input  logic [ActAw-BeatW-1:0]               beat_addr_i,
  input  logic [BeatActs-1:0][ActW-1:0]        beat_data_i,
  input  logic [BeatActs-1:0]                  beat_bits_i,
  // Activations one at a time in the order of their addresses, from the layer before.
  input  logic                                 act_we_i,
  input  logic [ActAw-1:0]                     act_addr_i,
  input  logic [ActW-1:0]                      act_data_i,

  // A frame; see tct_scan.
  input  logic                                 start_i,
  input  logic [ActWordW-1:0]                  act_word_i,
  input  logic [ColWordW-1:0]                  col_word_i,
  input  logic [ActWordW:0]                    words_i,
  input  logic [IdxW-1:0]                      tail_i,
  input  logic [ColWordW:0]                    passes_i,
  input  logic                                 chain_i,
  input  logic                                 dense_i,
  /// Scans, or holds sums that are not drained.
  output logic                                 busy_o,
  output logic                                 range_o,

  // Drained sums.
  output logic                                 full_o,
  input  logic                                 release_i,
  input  logic [LaneW-1:0]                     lane_i,
  output logic signed [AccW-1:0]               sum_o,

  // Telemetry, in the cycle it happens.
  output logic                                 issued_o,
  output logic [IdxW:0]                        columns_o,
  output logic [IdxW:0]                        skip_act_o,
  output logic [IdxW:0]                        skip_wgt_o,
  output logic                                 overflow_o,
  output logic [Lanes-1:0]                     active_o
);
  logic                          scanning, read, column, token;
  logic [ActWordW-1:0]           act_word;
  logic [ColWordW-1:0]           col_word;
  logic [WordW-1:0]              act_bits, col_bits;
  logic [ActAw-1:0]              act_addr;
  logic [ColAw-1:0]              col_addr;
  logic                          full_q, pending_q;

  tct_scan #(.ActWords(BankBDepth / WordW), .ColWords(BankADepth / WordW)) u_scan (
    .clk_i, .rst_ni, .clear_i,
    .start_i, .act_word_i, .col_word_i, .words_i, .tail_i, .passes_i, .chain_i, .dense_i,
    .busy_o(scanning), .range_o,
    .read_o(read), .act_raddr_o(act_word), .col_raddr_o(col_word),
    .act_bits_i(act_bits), .col_bits_i(col_bits),
    .column_o(column), .act_addr_o(act_addr), .col_addr_o(col_addr),
    .token_o(token), .token_ready_i(!pending_q),
    .columns_o, .skip_act_o, .skip_wgt_o
  );
  assign issued_o = column;
  assign busy_o   = scanning || pending_q;

  // Bank A and its bitmap. The loader writes a bitmap word again with every column of it.
  logic [Lanes-1:0][1:0] trits;

  tct_ram #(.Width(2 * Lanes), .Depth(BankADepth)) u_bank_a (
    .clk_i, .we_i(col_we_i), .waddr_i(col_addr_i), .wdata_i(col_data_i),
    .re_i(column), .zero_i(1'b0), .raddr_i(col_addr), .rdata_o(trits)
  );
  tct_ram #(.Width(WordW), .Depth(BankADepth / WordW)) u_map_a (
    .clk_i, .we_i(col_we_i), .waddr_i(col_addr_i[ColAw-1:IdxW]), .wdata_i(col_bits_i),
    .re_i(read), .zero_i(1'b0), .raddr_i(col_word), .rdata_o(col_bits)
  );

  // Bank B holds a beat a word. Its bitmap is written by half words from memory; the write-back,
  // which comes in order, collects a word and writes it again with every bit.
  logic [BeatActs-1:0]           bank_we;
  logic [ActAw-BeatW-1:0]        bank_addr;
  logic [BeatActs-1:0][ActW-1:0] bank_data, word;
  logic [1:0]                    map_we;
  logic [ActWordW-1:0]           map_addr;
  logic [WordW-1:0]              map_data, seen_d, seen_q;

  always_comb begin
    seen_d = act_addr_i[IdxW-1:0] == '0 ? '0 : seen_q;
    seen_d[act_addr_i[IdxW-1:0]] = act_data_i != '0;
  end

  always_comb begin
    bank_we   = '0;
    bank_addr = beat_addr_i;
    bank_data = beat_data_i;
    map_we    = '0;
    map_addr  = beat_addr_i[ActAw-BeatW-1:1];
    map_data  = {2{beat_bits_i}};
    if (act_we_i) begin
      bank_we[act_addr_i[BeatW-1:0]] = 1'b1;
      bank_addr = act_addr_i[ActAw-1:BeatW];
      bank_data = {BeatActs{act_data_i}};
      map_we    = '1;
      map_addr  = act_addr_i[ActAw-1:IdxW];
      map_data  = seen_d;
    end else if (beat_we_i) begin
      bank_we = '1;
      map_we  = beat_addr_i[0] ? 2'b10 : 2'b01;
    end
  end

  tct_ram #(.Width(BeatActs * ActW), .Depth(BankBDepth / BeatActs), .Parts(BeatActs)) u_bank_b (
    .clk_i, .we_i(bank_we), .waddr_i(bank_addr), .wdata_i(bank_data),
    .re_i(column), .zero_i(1'b0), .raddr_i(act_addr[ActAw-1:BeatW]), .rdata_o(word)
  );
  tct_ram #(.Width(WordW), .Depth(BankBDepth / WordW), .Parts(2)) u_map_b (
    .clk_i, .we_i(map_we), .waddr_i(map_addr), .wdata_i(map_data),
    .re_i(read), .zero_i(1'b0), .raddr_i(act_word), .rdata_o(act_bits)
  );

  // From the scanner to the lanes.
  logic                   column1_q, column2_q, token1_q, token2_q;
  logic [BeatW-1:0]       select_q;
  logic signed [ActW-1:0] act_q;
  logic [Lanes-1:0][1:0]  trits_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      column1_q <= 1'b0;
      column2_q <= 1'b0;
      token1_q  <= 1'b0;
      token2_q  <= 1'b0;
      full_q    <= 1'b0;
      pending_q <= 1'b0;
    end else begin
      column1_q <= column;
      column2_q <= column1_q;
      token1_q  <= token;
      token2_q  <= token1_q;
      full_q    <= token2_q || (full_q && !release_i);
      pending_q <= token || (pending_q && !release_i);
    end
  end

  always_ff @(posedge clk_i) begin
    select_q <= act_addr[BeatW-1:0];
    act_q    <= signed'(word[select_q]);
    trits_q  <= trits;
    if (act_we_i) begin
      seen_q <= seen_d;
    end
  end

  assign full_o = full_q;

  tct_lanes #(.Lanes(Lanes), .AccW(AccW)) u_lanes (
    .clk_i, .rst_ni, .clear_i,
    .column_i(column2_q), .act_i(act_q), .trits_i(trits_q), .token_i(token2_q),
    .lane_i, .sum_o, .overflow_o
  );

  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      active_o[l] = column2_q && trits_q[l][0] && act_q != '0;
    end
  end

  `TCT_ASSERT(WriteBackHasTheBank, !(act_we_i && beat_we_i))
  `TCT_ASSERT(DrainsBeforeItFills, token2_q |-> !full_q)
endmodule
