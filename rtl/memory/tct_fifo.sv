// SPDX-License-Identifier: Apache-2.0
//
// A small queue. A word can be read in the cycle after it was written. valid_o and the lowest bits
// of the head come straight from registers.

`include "tct_assert.svh"

module tct_fifo #(
  parameter  int unsigned Width = 8,
  parameter  int unsigned Depth = 16,
  /// How many of the lowest bits of a word come from registers.
  parameter  int unsigned Early = 1,
  localparam int unsigned AddrW = $clog2(Depth)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // A stream in, a stream out.
  input  logic             valid_i,
  input  logic [Width-1:0] data_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o,
  /// Number of words in the queue.
  output logic [AddrW:0]   count_o
);
  logic [Width-1:Early] late [Depth];
  logic [Early-1:0]     early [Depth];
  logic [Early-1:0]     early_q;
  // Addresses of the head and of the word behind it.
  logic [AddrW:0]       write_q, read_q, next_q;
  logic                 valid_q, taken, more;

  assign count_o = write_q - read_q;
  assign valid_o = valid_q;
  assign data_o  = {late[read_q[AddrW-1:0]], early_q};
  assign taken   = valid_q && ready_i;
  assign more    = next_q != write_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      valid_q <= 1'b0;
      write_q <= '0;
      read_q  <= '0;
      next_q  <= (AddrW+1)'(1);
    end else begin
      valid_q <= valid_i || (valid_q && (!ready_i || more));
      if (valid_i) begin
        write_q <= write_q + (AddrW+1)'(1);
      end
      if (taken) begin
        read_q <= next_q;
        next_q <= next_q + (AddrW+1)'(1);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_i) begin
      late[write_q[AddrW-1:0]]  <= data_i[Width-1:Early];
      early[write_q[AddrW-1:0]] <= data_i[Early-1:0];
    end
    // A word that enters an empty queue becomes the head at once.
    if (taken || !valid_q) begin
      early_q <= valid_q && more ? early[next_q[AddrW-1:0]] : data_i[Early-1:0];
    end
  end

  `TCT_ASSERT(NoOverflow, valid_i |-> count_o < (AddrW+1)'(Depth))
  `TCT_ASSERT(KnowsWhatItHolds, valid_q == (count_o != '0))
endmodule
