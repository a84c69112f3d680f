// SPDX-License-Identifier: Apache-2.0
//
// Turns sums into results, one parameter entry a cycle, four cycles from sum_i to the result.
//
// Requantize: clip(rne(M * acc + B, s), low, high). The addend at hand is B + 2^(s-1) - 1 (s > 0), so
// that the plain shift rounds halves down; a half is then seen by the bits shifted out being all
// ones, and goes up where that makes the result even. The least significant bits shift first, and
// what leaves the range of the result only sets a flag: no full-width shifter.
// Threshold: low + the number of thresholds reached, one an entry, summed over a channel's entries.
// Wide: the 32 low bits of M * acc + B.

module tct_post
  import tct_pkg::*;
#(
  parameter int unsigned AccW = 24
) (
  input  logic                    clk_i,

  input  logic                    wide_i,
  input  logic                    threshold_i,
  input  logic signed [ClipW-1:0] low_i,
  input  logic signed [ClipW-1:0] high_i,
  input  logic signed [ClipW-1:0] zero_i,

  input  logic signed [AccW-1:0]  sum_i,
  input  logic [ParamW-1:0]       param_i,
  /// First entry of a channel.
  input  logic                    first_i,

  /// The result (ten bits of it count, or 32 if wide), and the same less its zero point for bank B.
  output logic [WideW-1:0]        result_o,
  output logic [ActW-1:0]         act_o
);
  localparam int unsigned ValueW = AddW + 1;
  localparam int unsigned CoarseW = 26;
  localparam int unsigned FineW = 14;

  // Multiply, and add.
  logic signed [AccW+MulW-1:0] product_q;
  logic signed [AddW-1:0]      addend_q;
  logic [ShiftW-1:0]           shift1_q, shift2_q;
  logic signed [ValueW-1:0]    value_q;

  always_ff @(posedge clk_i) begin
    product_q <= sum_i * signed'(param_i[AddW +: MulW]);
    addend_q  <= signed'(param_i[AddW-1:0]);
    shift1_q  <= param_i[AddW+MulW +: ShiftW];
    value_q   <= ValueW'(product_q) + ValueW'(addend_q);
    shift2_q  <= shift1_q;
  end

  // Count thresholds, in step with the above.
  logic             reached_q;
  logic             first_q;
  logic [ClipW-1:0] count_d, count_q;

  always_ff @(posedge clk_i) begin
    reached_q <= sum_i >= signed'(param_i[AccW-1:0]);
    first_q   <= first_i;
    count_q   <= count_d;
  end
  assign count_d = (first_q ? ClipW'(low_i) : count_q) + ClipW'(reached_q);

  // Shift by 16s, 4s and 1s.
  logic signed [CoarseW-1:0] coarse;
  logic signed [FineW-1:0]   fine;
  logic signed [ClipW:0]     floor_d, floor_q;
  logic                      lost16, lost4, lost1, tie_d, tie_q;
  logic                      ones16, ones4, ones1;
  logic                      negative_q;
  logic                      over_d, over_q;
  logic [WideW-1:0]          wide_q;
  logic [ClipW-1:0]          count2_q;

  always_comb begin
    unique case (shift2_q[5:4])
      2'd0: begin
        coarse = value_q[CoarseW-1:0];
        lost16 = value_q[ValueW-1:CoarseW-1] != {(ValueW-CoarseW+1){value_q[ValueW-1]}};
        ones16 = 1'b1;
      end
      2'd1: begin
        coarse = value_q[16 +: CoarseW];
        lost16 = value_q[ValueW-1:16+CoarseW-1] != {(ValueW-16-CoarseW+1){value_q[ValueW-1]}};
        ones16 = &value_q[15:0];
      end
      default: begin
        coarse = CoarseW'(signed'(value_q[ValueW-1:32]));
        lost16 = 1'b0;
        ones16 = &value_q[31:0];
      end
    endcase
    fine  = FineW'(coarse >>> {shift2_q[3:2], 2'b00});
    lost4 = (coarse >>> {shift2_q[3:2], 2'b00}) != CoarseW'(fine);
    unique case (shift2_q[3:2])
      2'd0: ones4 = 1'b1;
      2'd1: ones4 = &coarse[3:0];
      2'd2: ones4 = &coarse[7:0];
      default: ones4 = &coarse[11:0];
    endcase
    floor_d = (ClipW+1)'(fine >>> shift2_q[1:0]);
    lost1   = (fine >>> shift2_q[1:0]) != FineW'(floor_d);
    unique case (shift2_q[1:0])
      2'd0: ones1 = 1'b1;
      2'd1: ones1 = fine[0];
      2'd2: ones1 = &fine[1:0];
      default: ones1 = &fine[2:0];
    endcase
    over_d = lost16 || lost4 || lost1;
    tie_d  = ones16 && ones4 && ones1 && shift2_q != '0 && floor_d[0];
  end

  always_ff @(posedge clk_i) begin
    floor_q    <= floor_d;
    over_q     <= over_d;
    tie_q      <= tie_d;
    negative_q <= value_q[ValueW-1];
    wide_q     <= value_q[WideW-1:0];
    count2_q   <= count_q;
  end

  // Round and clip.
  logic signed [ClipW+1:0] rounded;
  logic signed [ClipW-1:0] narrow;

  assign rounded = (ClipW+2)'(floor_q) + (ClipW+2)'({1'b0, tie_q});

  always_comb begin
    narrow = rounded[ClipW-1:0];
    if (over_q ? negative_q : rounded < (ClipW+2)'(low_i)) begin
      narrow = low_i;
    end else if (over_q || rounded > (ClipW+2)'(high_i)) begin
      narrow = high_i;
    end
    if (threshold_i) begin
      narrow = signed'(count2_q);
    end
  end

  always_ff @(posedge clk_i) begin
    result_o <= {wide_q[WideW-1:ClipW], wide_i ? wide_q[ClipW-1:0] : narrow};
    act_o    <= ActW'(narrow - zero_i);
  end
endmodule
