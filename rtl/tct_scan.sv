// SPDX-License-Identifier: Apache-2.0
//
// Finds the columns worth a cycle. Reads the bitmaps of activations and weight columns a word a
// cycle, one word ahead of the one being issued, and issues the columns where both are set, one a
// cycle. A word without any is dropped in the cycle it is read; each pass ends with a token, which
// takes the place of a column.

`include "tct_assert.svh"

module tct_scan
  import tct_pkg::*;
#(
  /// Words of either bitmap.
  parameter  int unsigned ActWords = 256,
  parameter  int unsigned ColWords = 64,
  localparam int unsigned ActAw    = $clog2(ActWords),
  localparam int unsigned ColAw    = $clog2(ColWords),
  localparam int unsigned IdxW     = $clog2(WordW)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 clear_i,

  // A frame: constant from start_i until busy_o falls.
  input  logic                 start_i,
  input  logic [ActAw-1:0]     act_word_i,
  input  logic [ColAw-1:0]     col_word_i,
  /// Words of a pass, and how many bits of the last one count (0: all).
  input  logic [ActAw:0]       words_i,
  input  logic [IdxW-1:0]      tail_i,
  input  logic [ColAw:0]       passes_i,
  input  logic                 chain_i,
  input  logic                 dense_i,
  output logic                 busy_o,
  /// The frame reaches beyond a bank.
  output logic                 range_o,

  output logic                 read_o,
  output logic [ActAw-1:0]     act_raddr_o,
  output logic [ColAw-1:0]     col_raddr_o,
  input  logic [WordW-1:0]     act_bits_i,
  input  logic [WordW-1:0]     col_bits_i,

  output logic                 column_o,
  output logic [ActAw+IdxW-1:0] act_addr_o,
  output logic [ColAw+IdxW-1:0] col_addr_o,
  output logic                 token_o,
  input  logic                 token_ready_i,

  // What a word held, in the cycle it is taken.
  output logic [IdxW:0]        columns_o,
  output logic [IdxW:0]        skip_act_o,
  output logic [IdxW:0]        skip_wgt_o
);
  function automatic logic [IdxW:0] ones(logic [WordW-1:0] bits);
    ones = '0;
    for (int unsigned i = 0; i < WordW; i++) begin
      ones += (IdxW+1)'(bits[i]);
    end
  endfunction

  // Read ahead: the next word to read.
  logic             run_d, run_q;
  logic [ActAw:0]   act_d, act_q, read_d, read_q;
  logic [ColAw:0]   col_d, col_q, pass_d, pass_q;
  logic             last_word, take, next;
  // The word at the memories' outputs.
  logic             word_d, word_q, end_d, end_q;
  logic [ActAw-1:0] word_act_q;
  logic [ColAw-1:0] word_col_q;
  logic [WordW-1:0] valid, todo;
  logic             ends;
  // The word being issued.
  logic [WordW-1:0] bits_d, bits_q, rest;
  logic             token_d, token_q, free;
  logic [ActAw-1:0] bits_act_q;
  logic [ColAw-1:0] bits_col_q;
  logic [IdxW-1:0]  index;

  assign last_word   = read_q == words_i;
  assign read_o      = run_q && (!word_q || take);
  assign act_raddr_o = act_q[ActAw-1:0];
  assign col_raddr_o = col_q[ColAw-1:0];
  assign range_o     = run_q && (act_q[ActAw] || col_q[ColAw]);

  always_comb begin
    run_d  = run_q;
    act_d  = act_q;
    col_d  = col_q;
    read_d = read_q;
    pass_d = pass_q;
    if (read_o) begin
      act_d  = act_q + (ActAw+1)'(1);
      col_d  = col_q + (ColAw+1)'(1);
      read_d = read_q + (ActAw+1)'(1);
      if (last_word) begin
        act_d  = {1'b0, act_word_i};
        read_d = (ActAw+1)'(1);
        pass_d = pass_q + (ColAw+1)'(1);
        run_d  = pass_q != passes_i;
      end
    end
    if (start_i) begin
      run_d  = 1'b1;
      act_d  = {1'b0, act_word_i};
      col_d  = {1'b0, col_word_i};
      read_d = (ActAw+1)'(1);
      pass_d = (ColAw+1)'(1);
    end
  end

  assign word_d = read_o || (word_q && !take);
  assign end_d  = read_o ? last_word : end_q;

  always_comb begin
    valid = '1;
    if (end_q && tail_i != '0) begin
      for (int unsigned i = 0; i < WordW; i++) begin
        valid[i] = i < 32'(tail_i);
      end
    end
  end

  assign todo = dense_i ? valid : valid & act_bits_i & col_bits_i;
  assign ends = end_q && !chain_i;
  assign take = word_q && (free || (todo == '0 && !ends));

  assign columns_o  = !take ? '0 : end_q && tail_i != '0 ? {1'b0, tail_i} : (IdxW+1)'(WordW);
  assign skip_act_o = take && !dense_i ? ones(valid & ~act_bits_i) : '0;
  assign skip_wgt_o = take && !dense_i ? ones(valid & act_bits_i & ~col_bits_i) : '0;

  // The lowest set bit, and what is left without it: by groups of four bits.
  localparam int unsigned Groups = WordW / 4;
  logic [Groups-1:0]      any, below;
  logic [Groups-1:0][1:0] inner;

  always_comb begin
    for (int unsigned g = 0; g < Groups; g++) begin
      any[g]   = bits_q[4*g +: 4] != '0;
      below[g] = (bits_q & WordW'((1 << 4*g) - 1)) != '0;
    end
  end
  always_comb begin
    for (int unsigned g = 0; g < Groups; g++) begin
      inner[g]  = bits_q[4*g] ? 2'd0 : bits_q[4*g+1] ? 2'd1 : bits_q[4*g+2] ? 2'd2 : 2'd3;
      rest[4*g]   = bits_q[4*g] && below[g];
      rest[4*g+1] = bits_q[4*g+1] && (below[g] || bits_q[4*g]);
      rest[4*g+2] = bits_q[4*g+2] && (below[g] || bits_q[4*g +: 2] != '0);
      rest[4*g+3] = bits_q[4*g+3] && (below[g] || bits_q[4*g +: 3] != '0);
    end
  end
  always_comb begin
    index = {2'd3, inner[3]};
    for (int unsigned g = Groups - 1; g > 0; g--) begin
      if (any[g-1]) begin
        index = {2'(g - 1), inner[g-1]};
      end
    end
  end

  assign column_o   = bits_q != '0;
  assign act_addr_o = {bits_act_q, index};
  assign col_addr_o = {bits_col_q, index};
  assign token_o    = !column_o && token_q && token_ready_i;
  assign free       = rest == '0 && (column_o ? !token_q : !token_q || token_ready_i);

  // A word without columns is dropped at once, one with columns waits for the one before it.
  assign next    = take && free;
  assign bits_d  = next ? todo : rest;
  assign token_d = next ? ends : token_q && !token_o;
  assign busy_o  = run_q || word_q || column_o || token_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      run_q   <= 1'b0;
      word_q  <= 1'b0;
      bits_q  <= '0;
      token_q <= 1'b0;
    end else begin
      run_q   <= run_d;
      word_q  <= word_d;
      bits_q  <= bits_d;
      token_q <= token_d;
    end
  end

  always_ff @(posedge clk_i) begin
    act_q  <= act_d;
    col_q  <= col_d;
    read_q <= read_d;
    pass_q <= pass_d;
    end_q  <= end_d;
    if (read_o) begin
      word_act_q <= act_q[ActAw-1:0];
      word_col_q <= col_q[ColAw-1:0];
    end
    if (next) begin
      bits_act_q <= word_act_q;
      bits_col_q <= word_col_q;
    end
  end

  `TCT_ASSERT(StartsWhenIdle, start_i |-> !busy_o)
  `TCT_ASSERT(IssuesOneThing, !(column_o && token_o))
  `TCT_ASSERT(ColumnsAddUp, dense_i ||
              columns_o == ones(todo & {WordW{take}}) + skip_act_o + skip_wgt_o)
endmodule
