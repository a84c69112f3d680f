// SPDX-License-Identifier: Apache-2.0
//
// Adds drained sums over the input slices: 2^log2_tk_i neighbouring tiles give one sum, at the
// first of them. There is a register after every two levels of adders, and at least one.

module tct_reduce
  import tct_pkg::*;
#(
  parameter  int unsigned Tiles  = 8,
  parameter  int unsigned AccW   = 24,
  localparam int unsigned Levels = $clog2(Tiles),
  localparam int unsigned Stages = reduce_stages(Tiles)
) (
  input  logic                       clk_i,
  input  logic [SlicesW-1:0]         log2_tk_i,
  input  logic [Tiles-1:0][AccW-1:0] sum_i,
  output logic [Tiles-1:0][AccW-1:0] sum_o
);
  logic [Tiles-1:0][AccW-1:0] stage_d [Stages];
  logic [Tiles-1:0][AccW-1:0] stage_q [Stages];

  always_comb begin
    for (int unsigned s = 0; s < Stages; s++) begin
      stage_d[s] = s == 0 ? sum_i : stage_q[s == 0 ? 0 : s-1];
      for (int unsigned v = 2 * s; v < 2 * s + 2 && v < Levels; v++) begin
        for (int unsigned t = 0; t + (1 << v) < Tiles; t += 2 << v) begin
          stage_d[s][t] += stage_d[s][t + (1 << v)] & {AccW{32'(log2_tk_i) > v}};
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    stage_q <= stage_d;
  end

  assign sum_o = stage_q[Stages-1];
endmodule
