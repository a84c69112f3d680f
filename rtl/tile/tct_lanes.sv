// SPDX-License-Identifier: Apache-2.0
//
// The accumulators of a tile. A column adds, subtracts or leaves out one activation in every lane;
// a triple adds twice the sum to itself; a token moves all sums to the drain registers and starts
// again from zero.

`include "tct_assert.svh"

module tct_lanes
  import tct_pkg::*;
#(
  parameter  int unsigned Lanes = 20,
  parameter  int unsigned AccW  = 24,
  localparam int unsigned LaneW = $clog2(Lanes)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // From tct_issue: a column, a triple or a token.
  input  logic                        column_i,
  input  logic signed [ActW-1:0]      act_i,
  input  logic [Lanes-1:0][TritW-1:0] trits_i,
  /// With a triple, all trits of the column are zero.
  input  logic                        triple_i,
  input  logic                        token_i,

  /// The drained sum of one lane.
  input  logic [LaneW-1:0]       lane_i,
  output logic signed [AccW-1:0] sum_o,
  /// A lane left its range with the column or the triple of the previous cycle.
  output logic                   overflow_o
);
  logic [Lanes-1:0][AccW-1:0] acc_q, drain_q;
  logic [Lanes-1:0][AccW:0]   next;
  logic [Lanes-1:0]           overflow;
  logic                       overflow_q;

  // One adder a lane: the carry in comes from an extra bit below.
  always_comb begin
    for (int unsigned l = 0; l < Lanes; l++) begin
      logic [AccW-1:0] term;
      term = ((AccW'(act_i) ^ {AccW{!trits_i[l][1]}}) & {AccW{trits_i[l][0]}})
             | ({acc_q[l][AccW-2:0], 1'b0} & {AccW{triple_i}});
      next[l] = {acc_q[l], 1'b1} + {term, !trits_i[l][1]};
      // The two top bits differ: twice the sum alone leaves the range.
      overflow[l] = acc_q[l][AccW-1] == term[AccW-1] ? next[l][AccW] != acc_q[l][AccW-1] : triple_i;
    end
  end

  assign overflow_o = overflow_q;
  assign sum_o      = signed'(drain_q[lane_i]);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i || token_i) begin
      acc_q <= '0;
    end else if (column_i || triple_i) begin
      for (int unsigned l = 0; l < Lanes; l++) begin
        acc_q[l] <= next[l][AccW:1];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    overflow_q <= rst_ni && !clear_i && (column_i || triple_i) && |overflow;
    if (token_i) begin
      drain_q <= acc_q;
    end
  end

  `TCT_ASSERT(OneThing, $onehot0({column_i, triple_i, token_i}))
  `TCT_ASSERT(TriplesAlone, triple_i |-> trits_i == {Lanes{2'b10}})
endmodule
