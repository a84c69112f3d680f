// SPDX-License-Identifier: Apache-2.0
//
// Many wide counters in one memory. Events are collected in small counters; a walker takes them in
// turn and adds them to 64-bit sums, which saturate. A read waits for a whole round, so it sees every
// event from before it.

`include "tct_assert.svh"

module tct_tally #(
  parameter  int unsigned Sources = 8,
  /// Bits of what a source adds in a cycle.
  parameter  int unsigned IncW    = 1,
  localparam int unsigned IndexW  = $clog2(Sources),
  localparam int unsigned SmallW  = $clog2(((1 << IncW) - 1) * (Sources + 3) + 1),
  localparam int unsigned SumW    = 64
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         clear_i,

  input  logic [Sources-1:0][IncW-1:0] inc_i,

  input  logic                         read_i,
  input  logic [IndexW-1:0]            index_i,
  output logic                         valid_o,
  output logic [SumW-1:0]              sum_o
);
  localparam int unsigned RoundW = $clog2(Sources + 4);

  logic [Sources-1:0][SmallW-1:0] small_q;
  logic [IndexW-1:0]              at_d, at_q, visit_q;
  logic                           visiting_q, fresh, fresh_q;
  logic [SmallW-1:0]              delta_q;
  logic [SumW-1:0]                old, sum;
  logic                           carry;
  logic [RoundW-1:0]              fresh_left_d, fresh_left_q, settled_d, settled_q;
  logic                           serve, served_q, event_any;

  assign event_any = inc_i != '0;
  assign at_d      = 32'(at_q) == Sources - 1 ? '0 : at_q + IndexW'(1);
  assign fresh     = fresh_left_q != '0;
  assign {carry, sum} = (fresh_q ? '0 : {1'b0, old}) + (SumW+1)'(delta_q);

  tct_ram #(.Width(SumW), .Depth(Sources)) u_sums (
    .clk_i, .we_i(visiting_q), .waddr_i(visit_q), .wdata_i(carry ? '1 : sum),
    .re_i(1'b1), .raddr_i(serve ? index_i : at_q), .rdata_o(old)
  );

  // A round after the last event, or after the read was asked for.
  assign serve   = read_i && !served_q && 32'(settled_q) == Sources + 3;
  assign valid_o = served_q;
  assign sum_o   = old;

  always_comb begin
    settled_d = settled_q;
    if (event_any && !read_i) begin
      settled_d = '0;
    end else if (32'(settled_q) != Sources + 3) begin
      settled_d = settled_q + RoundW'(1);
    end
    fresh_left_d = fresh_left_q;
    if (clear_i) begin
      fresh_left_d = RoundW'(Sources);
      settled_d    = '0;
    end else if (fresh && !serve) begin
      fresh_left_d = fresh_left_q - RoundW'(1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      at_q         <= '0;
      visiting_q   <= 1'b0;
      served_q     <= 1'b0;
      settled_q    <= '0;
      fresh_left_q <= RoundW'(Sources);
    end else begin
      at_q         <= serve ? at_q : at_d;
      visiting_q   <= !serve;
      served_q     <= serve;
      settled_q    <= settled_d;
      fresh_left_q <= fresh_left_d;
    end
  end

  always_ff @(posedge clk_i) begin
    visit_q <= at_q;
    delta_q <= clear_i ? '0 : small_q[at_q];
    fresh_q <= fresh;
    for (int unsigned s = 0; s < Sources; s++) begin
      if (!rst_ni || clear_i) begin
        small_q[s] <= '0;
      end else if (!serve && 32'(at_q) == s) begin
        small_q[s] <= SmallW'(inc_i[s]);
      end else begin
        small_q[s] <= small_q[s] + SmallW'(inc_i[s]);
      end
    end
  end

  `TCT_ASSERT(ReadHolds, read_i && !valid_o |=> read_i && $stable(index_i))
endmodule
