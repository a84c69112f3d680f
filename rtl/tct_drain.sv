// SPDX-License-Identifier: Apache-2.0
//
// Walks through the drained sums: for each pass, for each of the output slices that share a write
// target (a phase), lane by lane, entry by entry. One value or entry a cycle while all tiles are full.

`include "tct_assert.svh"

module tct_drain #(
  parameter  int unsigned Lanes  = 20,
  parameter  int unsigned ParamAw = 9,
  localparam int unsigned LaneW  = $clog2(Lanes)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               clear_i,

  // A frame.
  input  logic               start_i,
  input  logic [ParamAw:0]   param_base_i,
  input  logic [15:0]        outputs_i,
  input  logic [2:0]         log2_phases_i,
  input  logic [3:0]         entries_i,
  /// Values still to come.
  output logic               unfinished_o,
  output logic               range_o,

  input  logic               full_i,
  output logic               release_o,
  output logic [LaneW-1:0]   lane_o,

  // What this cycle presents.
  output logic               valid_o,
  output logic [ParamAw-1:0] param_o,
  output logic               first_o,
  output logic               value_last_o,
  output logic               phase_last_o,
  output logic               frame_last_o
);
  logic [LaneW-1:0] lane_d, lane_q;
  logic [3:0]       entry_d, entry_q;
  logic [4:0]       phase_d, phase_q;
  logic [15:0]      value_q;
  logic             unfinished_d, unfinished_q, last_value;
  logic [ParamAw:0] param_d, param_q, pass_param_d, pass_param_q;
  logic             pass_last, last_phase;

  assign unfinished_o = unfinished_q;
  assign last_value   = value_q == outputs_i;
  assign valid_o      = full_i && unfinished_o;
  assign lane_o       = lane_q;
  assign param_o      = param_q[ParamAw-1:0];
  assign range_o      = valid_o && param_q[ParamAw];
  assign first_o      = entry_q == '0;
  assign value_last_o = entry_q == entries_i - 4'd1;
  assign frame_last_o = value_last_o && last_value;
  assign phase_last_o = value_last_o && (lane_q == LaneW'(Lanes - 1) || last_value);
  assign last_phase   = 6'(phase_q) == (6'd1 << log2_phases_i) - 6'd1;
  assign pass_last    = frame_last_o || (phase_last_o && last_phase);
  assign release_o    = valid_o && pass_last;

  always_comb begin
    lane_d       = lane_q;
    entry_d      = entry_q;
    phase_d      = phase_q;
    unfinished_d = unfinished_q && !(valid_o && frame_last_o);
    param_d      = param_q;
    pass_param_d = pass_param_q;
    if (valid_o) begin
      param_d = param_q + (ParamAw+1)'(1);
      entry_d = entry_q + 4'd1;
      if (value_last_o) begin
        entry_d = '0;
        lane_d  = lane_q + LaneW'(1);
      end
      if (phase_last_o) begin
        lane_d  = '0;
        phase_d = phase_q + 5'd1;
        param_d = pass_param_q;
      end
      if (pass_last) begin
        phase_d      = '0;
        param_d      = param_q + (ParamAw+1)'(1);
        pass_param_d = param_q + (ParamAw+1)'(1);
      end
    end
    if (start_i) begin
      lane_d       = '0;
      entry_d      = '0;
      phase_d      = '0;
      unfinished_d = outputs_i != '0;
      param_d      = param_base_i;
      pass_param_d = param_base_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      unfinished_q <= 1'b0;
    end else begin
      unfinished_q <= unfinished_d;
    end
  end

  always_ff @(posedge clk_i) begin
    // The number of the value at hand, from 1.
    if (start_i) begin
      value_q <= 16'd1;
    end else if (valid_o && value_last_o) begin
      value_q <= value_q + 16'd1;
    end
    lane_q       <= lane_d;
    entry_q      <= entry_d;
    phase_q      <= phase_d;
    param_q      <= param_d;
    pass_param_q <= pass_param_d;
  end

  `TCT_ASSERT(StartsWhenEmpty, start_i |-> !full_i)
endmodule
