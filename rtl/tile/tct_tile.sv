// SPDX-License-Identifier: Apache-2.0
//
// A tile: bank A (weight columns) and its map, bank B (activations), a walk table and L lanes.
// A column takes three cycles from its issue to the accumulators: read, register, add.

`include "tct_assert.svh"

module tct_tile
  import tct_pkg::*, tct_frame_pkg::*, tct_counter_pkg::*;
#(
  parameter  int unsigned Lanes      = 20,
  parameter  int unsigned AccW       = 24,
  parameter  int unsigned BankADepth = 1024,
  parameter  int unsigned BankBDepth = 4096,
  parameter  int unsigned WalkDepth  = 512,
  localparam int unsigned ColAw      = $clog2(BankADepth),
  localparam int unsigned ActAw      = $clog2(BankBDepth),
  localparam int unsigned WalkAw     = $clog2(WalkDepth),
  localparam int unsigned LaneW      = $clog2(Lanes),
  localparam int unsigned IdxW       = $clog2(WordW)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // Weight columns, each with its word of the map.
  input  logic                        col_we_i,
  input  logic [ColAw-1:0]            col_addr_i,
  input  logic [Lanes-1:0][TritW-1:0] col_data_i,
  input  logic [MapW-1:0]             col_bits_i,
  // Activations, one beat at a time, from memory.
  input  logic                        beat_we_i,
  input  logic [ActAw-IdxW-1:0]       beat_addr_i,
  input  logic [WordW-1:0][ActW-1:0]  beat_data_i,
  // The walk table.
  input  logic                        walk_we_i,
  input  logic [WalkAw-1:0]           walk_addr_i,
  input  logic [TableW-1:0]           walk_data_i,
  // Activations, one at a time, from the layer before.
  input  logic                        act_we_i,
  input  logic [ActAw-1:0]            act_addr_i,
  input  logic [ActW-1:0]             act_data_i,

  // A frame that reads, MAC or VECTOR: constant from start_i until it has ended.
  input  logic  start_i,
  input  exec_t frame_i,
  /// The tile walks, or holds items or sums that are not drained.
  output logic  busy_o,
  /// An address is beyond a bank or the table.
  output logic  range_o,
  /// A RUN of no segment, repetition or group.
  output logic  empty_o,

  // Reads of bank B by words, for exports; the word comes in the next cycle.
  input  logic                       export_re_i,
  input  logic [ActAw-IdxW-1:0]      export_addr_i,
  output logic [WordW-1:0][ActW-1:0] word_o,

  // Items of a VECTOR frame.
  output logic                   item_o,
  output logic                   item_end_o,
  output logic signed [ActW-1:0] item_act_o,
  input  logic                   item_take_i,

  // Drained sums.
  output logic                   full_o,
  input  logic                   release_i,
  input  logic [LaneW-1:0]       lane_i,
  output logic signed [AccW-1:0] sum_o,

  // Telemetry: the events of this cycle, for tct_telemetry; an EXEC frame runs.
  input  logic             exec_i,
  output tile_events_t     events_o,
  output logic             overflow_o,
  output logic [Lanes-1:0] active_o
);
  logic                   walking, issuing, ready, chunk, chunk_triple, chunk_end;
  logic [ActAw-IdxW-1:0]  chunk_word;
  logic [ColAw-1:0]       chunk_column, col_addr;
  logic [IdxW-1:0]        first;
  logic [IdxW:0]          stop, columns, skip_act, skip_wgt;
  logic [WordW-1:0]       bits;
  logic                   triple, column, token;
  logic signed [ActW-1:0] act;
  logic                   full_q, pending_q, vector_q, dense_q;

  tct_walk #(.BankADepth(BankADepth), .BankBDepth(BankBDepth), .WalkDepth(WalkDepth)) u_walk (
    .clk_i, .rst_ni, .clear_i, .walk_we_i, .walk_addr_i, .walk_data_i,
    .start_i, .frame_i, .busy_o(walking), .range_o, .empty_o,
    .ready_i(ready), .chunk_o(chunk), .word_o(chunk_word), .column_o(chunk_column),
    .first_o(first), .stop_o(stop), .triple_o(chunk_triple), .end_o(chunk_end)
  );

  tct_issue #(.ColAw(ColAw)) u_issue (
    .clk_i, .rst_ni, .clear_i,
    .vector_i(vector_q), .dense_i(dense_q), .busy_o(issuing),
    .ready_o(ready), .chunk_i(chunk), .column_i(chunk_column), .first_i(first), .stop_i(stop),
    .triple_i(chunk_triple), .end_i(chunk_end), .word_i(word_o), .bits_i(bits),
    .triple_o(triple), .column_o(column), .addr_o(col_addr), .act_o(act),
    .token_o(token), .token_ready_i(!pending_q),
    .item_o, .item_end_o, .item_act_o, .item_take_i,
    .columns_o(columns), .skip_act_o(skip_act), .skip_wgt_o(skip_wgt)
  );
  assign busy_o   = walking || issuing || pending_q;
  assign events_o = '{
    columns: columns, issued: column, skip_act: skip_act, skip_wgt: skip_wgt,
    idle: exec_i && !column
  };

  // Bank A and its map.
  logic [Lanes-1:0][TritW-1:0] trits;

  tct_ram #(.Width(2 * Lanes), .Depth(BankADepth)) u_bank_a (
    .clk_i, .we_i(col_we_i), .waddr_i(col_addr_i), .wdata_i(col_data_i),
    .re_i(column), .zero_i(1'b0), .raddr_i(col_addr), .rdata_o(trits)
  );
  tct_map #(.Depth(BankADepth)) u_map (
    .clk_i, .we_i(col_we_i), .waddr_i(col_addr_i[ColAw-1:$clog2(MapW)]), .wdata_i(col_bits_i),
    .re_i(chunk), .raddr_i(chunk_column), .bits_o(bits)
  );

  // Bank B: LOAD writes a whole word, the write-back one activation.
  logic [WordW-1:0]           bank_we;
  logic [ActAw-IdxW-1:0]      bank_addr;
  logic [WordW-1:0][ActW-1:0] bank_data;

  always_comb begin
    bank_we   = {WordW{beat_we_i}};
    bank_addr = beat_addr_i;
    bank_data = beat_data_i;
    if (act_we_i) begin
      bank_we   = WordW'(1) << act_addr_i[IdxW-1:0];
      bank_addr = act_addr_i[ActAw-1:IdxW];
      bank_data = {WordW{act_data_i}};
    end
  end

  tct_ram #(.Width(WordW * ActW), .Depth(BankBDepth / WordW), .Parts(WordW)) u_bank_b (
    .clk_i, .we_i(bank_we), .waddr_i(bank_addr), .wdata_i(bank_data),
    .re_i(chunk || export_re_i), .zero_i(1'b0),
    .raddr_i(export_re_i ? export_addr_i : chunk_word), .rdata_o(word_o)
  );

  // From issue to the lanes.
  logic                        column1_q, column2_q, triple1_q, triple2_q, token1_q, token2_q;
  logic signed [ActW-1:0]      act1_q, act2_q;
  logic [Lanes-1:0][TritW-1:0] trits_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      column1_q <= 1'b0;
      column2_q <= 1'b0;
      triple1_q <= 1'b0;
      triple2_q <= 1'b0;
      token1_q  <= 1'b0;
      token2_q  <= 1'b0;
      full_q    <= 1'b0;
      pending_q <= 1'b0;
    end else begin
      column1_q <= column;
      column2_q <= column1_q;
      triple1_q <= triple;
      triple2_q <= triple1_q;
      token1_q  <= token;
      token2_q  <= token1_q;
      full_q    <= token2_q || (full_q && !release_i);
      pending_q <= token || (pending_q && !release_i);
    end
  end

  always_ff @(posedge clk_i) begin
    vector_q <= frame_i.kind == KindVector;
    dense_q  <= frame_i.dense || frame_i.kind == KindVector;
    act1_q   <= act;
    act2_q   <= act1_q;
    if (triple1_q) begin
      trits_q <= {Lanes{2'b10}};
    end else begin
      trits_q <= trits;
    end
  end

  assign full_o = full_q;

  tct_lanes #(.Lanes(Lanes), .AccW(AccW)) u_lanes (
    .clk_i, .rst_ni, .clear_i,
    .column_i(column2_q), .act_i(act2_q), .trits_i(trits_q), .triple_i(triple2_q),
    .token_i(token2_q), .lane_i, .sum_o, .overflow_o
  );

  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      active_o[l] = column2_q && trits_q[l][0] && act2_q != '0;
    end
  end

  `TCT_ASSERT(WriteBackHasTheBank, !(act_we_i && beat_we_i))
  `TCT_ASSERT(ExportsAlone, !(chunk && export_re_i))
  `TCT_ASSERT(DrainsBeforeItFills, token2_q |-> !full_q)
endmodule
