// SPDX-License-Identifier: Apache-2.0
//
// Turns sums and items into results, one parameter entry a cycle, six cycles from sum_i to
// result_o.
//
// Product: clip(rne(B + M * x + ..., s), low, high), summed over the items x of a value, with the B
//   of its first item. The entry holds B + 2^(s-1) - 1 (s > 0), so that a plain shift rounds halves
//   down. It was a half if all bits that are shifted out are ones; then the result goes up if that
//   makes it even. Example, s = 2: 6 / 4 = 1.5 is 6 + 1 = 0b0111, shifted 1, out 0b11: a half, 1 is
//   odd, so 2. Bits beyond the result only set a flag, so the shifter is not of full width.
// Product of two: the first item is held; the product of both items is the x of a product.
// Threshold: low + the number of thresholds reached, one in an entry, over all entries of a value.
// Greatest: the greatest item, plus the offset.
// Table: a result of ten bits; an entry holds eight of them.
// Wide: the 32 low bits of the value before the shift.
// A value and its parameters are held until the next sum or item comes.

module tct_post
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter  int unsigned AccW   = 24,
  /// Address of an entry, and which of eight places in it.
  localparam int unsigned PlaceW = FieldW + 3
) (
  input  logic clk_i,

  // Fields of the frame.
  input  logic [ModeW-1:0]        mode_i,
  input  logic                    wide_i,
  input  logic signed [ClipW-1:0] low_i,
  input  logic signed [ClipW-1:0] high_i,
  input  logic signed [ClipW-1:0] zero_i,

  // A sum or an item; whether it is the first of its value; for a table, the place of the result
  // for an item of zero.
  input  logic                   valid_i,
  input  logic                   first_i,
  input  logic signed [AccW-1:0] sum_i,
  input  logic [PlaceW-1:0]      place_i,
  /// The place of its parameter entry, and that entry a cycle later.
  output logic [FieldW-1:0]      entry_o,
  input  logic [ParamW-1:0]      param_i,

  /// The result, of ten bits, or 32 if wide; and the result less its zero point, for bank B.
  output logic [WideW-1:0] result_o,
  output logic [ActW-1:0]  act_o
);
  localparam int unsigned ValueW  = AddW + 1;
  localparam int unsigned XW      = AccW > 2 * ActW ? AccW : 2 * ActW;
  localparam int unsigned HalfW   = MulW / 2;
  localparam int unsigned OtherW  = ClipW + 1;
  localparam int unsigned CoarseW = 26;
  localparam int unsigned FineW   = 14;

  logic two, greatest, table_mode, threshold;
  assign two        = mode_i == ModeProductOfTwo;
  assign greatest   = mode_i == ModeGreatest;
  assign table_mode = mode_i == ModeTable;
  assign threshold  = mode_i == ModeThreshold;

  logic [3:1] valid_q, first_q;
  always_ff @(posedge clk_i) begin
    valid_q <= {valid_q[2:1], valid_i};
    first_q <= {first_q[2:1], first_i};
  end

  // Cycle 0: place in the table; product of two.
  logic [PlaceW-1:0]        place;
  logic signed [ActW-1:0]   item, held_q;
  logic signed [2*ActW-1:0] both;
  logic signed [XW-1:0]     x_q, x2_q;
  logic signed [OtherW-1:0] place_q, place2_q;

  assign place   = place_i + (PlaceW'(sum_i) & {PlaceW{greatest || table_mode}});
  assign entry_o = place[PlaceW-1:3];
  assign item    = sum_i[ActW-1:0];
  assign both    = held_q * item;

  always_ff @(posedge clk_i) begin
    if (valid_i && first_i) begin
      held_q <= item;
    end
    x_q     <= two ? XW'(both) : XW'(sum_i);
    place_q <= place[OtherW-1:0];
  end

  // Cycle 1: the entry comes out of the memory, late in the cycle.
  logic [ParamW-1:0] entry_q;

  always_ff @(posedge clk_i) begin
    x2_q     <= x_q;
    place2_q <= place_q;
    entry_q  <= param_i;
  end

  // Cycle 2: multiply x by each half of M; compare with the threshold; pick from the table.
  logic signed [XW+HalfW:0]   low_q;
  logic signed [XW+HalfW-1:0] high_q;
  logic signed [AddW-1:0]     addend_q;
  logic [ShiftW-1:0]          shift3_q, shift4_q;
  logic                       reached_q;
  logic [7:0][ClipW-1:0]      results;
  logic signed [OtherW-1:0]   picked_q;

  assign results = entry_q[8*ClipW-1:0];

  always_ff @(posedge clk_i) begin
    low_q     <= x2_q * signed'({1'b0, entry_q[AddW +: HalfW]});
    high_q    <= x2_q * signed'(entry_q[AddW+HalfW +: HalfW]);
    addend_q  <= signed'(entry_q[AddW-1:0]);
    shift3_q  <= entry_q[AddW+MulW +: ShiftW];
    reached_q <= x2_q >= XW'(signed'(entry_q[AccW-1:0]));
    picked_q  <= table_mode ? OtherW'(signed'(results[place2_q[2:0]])) : place2_q;
  end

  // Cycle 3: add up the value; the results of modes without a product.
  logic signed [XW+MulW-1:0] product;
  logic signed [ValueW-1:0]  value_q;
  logic signed [OtherW-1:0]  other_d, other_q;
  logic [ClipW-1:0]          other5_q;

  assign product = (XW+MulW)'(low_q) + ((XW+MulW)'(high_q) <<< HalfW);

  always_comb begin
    other_d = picked_q;
    if (threshold) begin
      other_d = (first_q[3] ? OtherW'(low_i) : other_q) + OtherW'({1'b0, reached_q});
    end else if (greatest && !first_q[3] && picked_q < other_q) begin
      other_d = other_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_q[3]) begin
      other_q  <= other_d;
      shift4_q <= shift3_q;
      value_q  <= ValueW'(product) + (first_q[3] || two ? ValueW'(addend_q) : value_q);
    end
    other5_q <= other_q[ClipW-1:0];
  end

  // Cycle 4: shift by multiples of 16, of 4 and of 1.
  logic signed [CoarseW-1:0] coarse;
  logic signed [FineW-1:0]   fine;
  logic [CoarseW-FineW-1:0]  wide4;
  logic [FineW-ClipW-2:0]    wide1;
  logic signed [ClipW:0]     floor_d, floor_q;
  logic                      lost16, lost4, lost1, tie_d, tie_q;
  logic                      ones16, ones4, ones1;
  logic                      negative_q, over_d, over_q;
  logic [WideW-1:0]          wide_q;

  always_comb begin
    unique case (shift4_q[5:4])
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
      2'd2: begin
        coarse = value_q[32 +: CoarseW];
        lost16 = value_q[ValueW-1:32+CoarseW-1] != {(ValueW-32-CoarseW+1){value_q[ValueW-1]}};
        ones16 = &value_q[31:0];
      end
      default: begin
        coarse = CoarseW'(signed'(value_q[ValueW-1:48]));
        lost16 = 1'b0;
        ones16 = &value_q[47:0];
      end
    endcase
    fine  = FineW'(coarse >>> {shift4_q[3:2], 2'b00});
    // Whether bits beyond the result differ from the sign: the result is out of range.
    wide4 = coarse[CoarseW-2:FineW-1] ^ {(CoarseW-FineW){coarse[CoarseW-1]}};
    lost4 = |(wide4 & ~12'((1 << {shift4_q[3:2], 2'b00}) - 1));
    unique case (shift4_q[3:2])
      2'd0: ones4 = 1'b1;
      2'd1: ones4 = &coarse[3:0];
      2'd2: ones4 = &coarse[7:0];
      default: ones4 = &coarse[11:0];
    endcase
    floor_d = (ClipW+1)'(fine >>> shift4_q[1:0]);
    wide1   = fine[FineW-2:ClipW] ^ {(FineW-ClipW-1){fine[FineW-1]}};
    lost1   = |(wide1 & ~3'((1 << shift4_q[1:0]) - 1));
    unique case (shift4_q[1:0])
      2'd0: ones1 = 1'b1;
      2'd1: ones1 = fine[0];
      2'd2: ones1 = &fine[1:0];
      default: ones1 = &fine[2:0];
    endcase
    over_d = lost16 || lost4 || lost1;
    tie_d  = ones16 && ones4 && ones1 && shift4_q != '0 && floor_d[0];
  end

  always_ff @(posedge clk_i) begin
    floor_q    <= floor_d;
    over_q     <= over_d;
    tie_q      <= tie_d;
    negative_q <= value_q[ValueW-1];
    wide_q     <= value_q[WideW-1:0];
  end

  // Cycle 5: round and clip.
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
    if (threshold || greatest || table_mode) begin
      narrow = signed'(other5_q);
    end
  end

  logic [WideW-1:0] result_q;
  logic [ActW-1:0]  act_q;

  always_ff @(posedge clk_i) begin
    result_q <= {wide_q[WideW-1:ClipW], wide_i ? wide_q[ClipW-1:0] : narrow};
    act_q    <= ActW'(narrow - zero_i);
  end
  assign result_o = result_q;
  assign act_o    = act_q;
endmodule
