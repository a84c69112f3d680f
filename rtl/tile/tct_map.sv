// SPDX-License-Identifier: Apache-2.0
//
// One bit for every weight column: whether any of its trits is not zero. Eight bits are read in a
// cycle, from any column on, as even and odd words have a memory each.

module tct_map
  import tct_pkg::*;
#(
  parameter  int unsigned Depth  = 1024,
  localparam int unsigned ColAw  = $clog2(Depth),
  localparam int unsigned WordAw = ColAw - $clog2(MapW)
) (
  input  logic clk_i,

  // A word of the map, from the loader.
  input  logic              we_i,
  input  logic [WordAw-1:0] waddr_i,
  input  logic [MapW-1:0]   wdata_i,

  // The first column to read, from tct_walk.
  input  logic             re_i,
  input  logic [ColAw-1:0] raddr_i,
  /// Two cycles later, the bits from raddr_i on.
  output logic [WordW-1:0] bits_o
);
  logic [WordAw-1:0]       even, odd;
  logic [MapW-1:0]         word;
  logic [$clog2(MapW)-1:0] turn_q;
  logic [1:0]              rest_q;
  logic [WordW+3-1:0]      near_d, near_q;

  assign odd  = raddr_i[ColAw-1:$clog2(MapW)];
  assign even = odd + WordAw'(raddr_i[$clog2(WordW)]);

  tct_ram #(.Width(WordW), .Depth(Depth / MapW)) u_even (
    .clk_i, .we_i, .waddr_i, .wdata_i(wdata_i[WordW-1:0]),
    .re_i, .zero_i(1'b0), .raddr_i(even), .rdata_o(word[WordW-1:0])
  );
  tct_ram #(.Width(WordW), .Depth(Depth / MapW)) u_odd (
    .clk_i, .we_i, .waddr_i, .wdata_i(wdata_i[MapW-1:WordW]),
    .re_i, .zero_i(1'b0), .raddr_i(odd), .rdata_o(word[MapW-1:WordW])
  );

  // Rotated by a multiple of four at the memories' outputs, then by the rest in the next cycle.
  always_comb begin
    for (int unsigned i = 0; i < WordW + 3; i++) begin
      near_d[i] = word[4'(i) + {turn_q[3:2], 2'b00}];
    end
  end
  assign bits_o = WordW'(near_q >> rest_q);

  always_ff @(posedge clk_i) begin
    turn_q <= raddr_i[$clog2(MapW)-1:0];
    rest_q <= turn_q[1:0];
    near_q <= near_d;
  end
endmodule
