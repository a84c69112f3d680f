// SPDX-License-Identifier: Apache-2.0
//
// A small queue. The head is visible in the cycle after it was written.

`include "tct_assert.svh"

module tct_fifo #(
  parameter  int unsigned Width = 8,
  parameter  int unsigned Depth = 16,
  localparam int unsigned AddrW = $clog2(Depth)
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             clear_i,

  input  logic             valid_i,
  input  logic [Width-1:0] data_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o,
  /// Words held.
  output logic [AddrW:0]   count_o
);
  logic [Width-1:0] mem [Depth];
  logic [AddrW:0]   write_q, read_q;

  assign count_o = write_q - read_q;
  assign valid_o = write_q != read_q;
  assign data_o  = mem[read_q[AddrW-1:0]];

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      write_q <= '0;
      read_q  <= '0;
    end else begin
      write_q <= write_q + (AddrW+1)'(valid_i);
      read_q  <= read_q + (AddrW+1)'(valid_o && ready_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      mem[write_q[AddrW-1:0]] <= data_i;
    end
  end

  `TCT_ASSERT(NoOverflow, valid_i |-> count_o < (AddrW+1)'(Depth))
endmodule
