// SPDX-License-Identifier: Apache-2.0
//
// Takes beats of eight PT-5 bytes and gives columns of L/5 bytes, hydrated to two bits a trit: one
// column a cycle. It takes the next beat when less than a column is left.

`include "tct_assert.svh"

module tct_gearbox
  import tct_pkg::*;
#(
  parameter  int unsigned Lanes    = 20,
  localparam int unsigned ColBytes = Lanes / ByteTrits
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // Beats, from tct_rdma.
  input  logic            valid_i,
  input  logic [BusW-1:0] beat_i,
  output logic            ready_o,

  // Columns, to bank A, which takes each in the cycle in which it is valid.
  output logic                        valid_o,
  output logic [Lanes-1:0][TritW-1:0] column_o,
  /// At least one trit of the column is not zero: its bit of the map.
  output logic                        nonzero_o,
  output logic                        illegal_o,
  /// This column uses up the bytes that have been taken in.
  output logic                        last_o,
  output logic                        empty_o
);
  function automatic int unsigned gcd(int unsigned a, int unsigned b);
    gcd = a;
    for (int unsigned i = 0; i < 8; i++) begin
      if (b % (8 - i) == 0 && a % (8 - i) == 0) begin
        return 8 - i;
      end
    end
  endfunction

  localparam int unsigned Step = gcd(8, ColBytes);
  localparam int unsigned Bytes = 8 + ColBytes;
  localparam int unsigned CountW = $clog2(Bytes + 1);

  logic [Bytes-1:0][7:0] bytes_d, bytes_q;
  logic [CountW-1:0]     count_d, count_q, rest;
  logic [ColBytes-1:0]   illegal, nonzero;

  assign valid_o = 32'(count_q) >= ColBytes;
  assign rest    = valid_o ? count_q - CountW'(ColBytes) : count_q;
  assign ready_o = 32'(rest) < ColBytes;
  assign last_o  = rest == '0;
  assign empty_o = count_q == '0;

  // A beat is placed behind the bytes that are left; only a few offsets can occur.
  always_comb begin
    bytes_d = valid_o ? bytes_q >> (8 * ColBytes) : bytes_q;
    count_d = rest;
    if (valid_i && ready_o) begin
      count_d = rest + CountW'(8);
      for (int unsigned at = 0; at < ColBytes; at += Step) begin
        if (32'(rest) == at) begin
          bytes_d |= (8*Bytes)'(beat_i) << (8 * at);
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      bytes_q <= '0;
      count_q <= '0;
    end else begin
      bytes_q <= bytes_d;
      count_q <= count_d;
    end
  end

  for (genvar b = 0; b < ColBytes; b++) begin : gen_byte
    assign nonzero[b] = bytes_q[b] != 8'(Pt5Codes / 2);
    tct_pt5 u_pt5 (
      .byte_i(bytes_q[b]), .trits_o(column_o[b*ByteTrits +: ByteTrits]), .illegal_o(illegal[b])
    );
  end
  assign illegal_o = valid_o && |illegal;
  assign nonzero_o = |nonzero;

  `TCT_ASSERT_STATIC(WholeBytes, ColBytes * ByteTrits == Lanes)
endmodule
