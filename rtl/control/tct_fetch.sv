// SPDX-License-Identifier: Apache-2.0
//
// Fetches the program: up to two frames a burst, into a queue of four.

module tct_fetch
  import tct_pkg::*, tct_frame_pkg::*;
(
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // The program: from the registers, as it starts.
  input  logic                start_i,
  input  logic [AddressW-1:0] address_i,
  input  logic [FrameW-1:0]   frames_i,

  // Requests to tct_rdma, and its beats.
  output logic                request_o,
  output logic [AddressW-1:0] address_o,
  output logic [BeatsW-1:0]   beats_o,
  input  logic                grant_i,
  input  logic [BurstW-1:0]   grant_beats_i,
  input  logic                beat_valid_i,
  input  logic [BusW-1:0]     beat_i,

  // Words of the frames, to tct_dispatch.
  output logic              valid_o,
  output logic [BusW-1:0]   word_o,
  /// The frame that the next word from memory belongs to.
  output logic [FrameW-1:0] index_o,
  input  logic              ready_i
);
  localparam int unsigned Depth = 4 * FrameWords;
  localparam int unsigned Burst = 2 * FrameWords;
  localparam int unsigned TakenW = FrameW + WordIndexW;
  localparam int unsigned CountW = $clog2(Depth) + 1;

  logic [AddressW-1:0] address_d, address_q;
  logic [BeatsW-1:0]   left_d, left_q;
  logic [TakenW-1:0]   taken_q;
  logic [CountW-1:0]   count;

  // The opcode chooses the engine, so its bits come straight from registers of the queue.
  tct_fifo #(.Width(BusW), .Depth(Depth), .Early(8)) u_queue (
    .clk_i, .rst_ni, .clear_i, .valid_i(beat_valid_i), .data_i(beat_i),
    .valid_o, .ready_i, .data_o(word_o), .count_o(count)
  );

  assign index_o   = taken_q[TakenW-1:WordIndexW];
  // No beats are in flight when a request is granted, so the queue has room for the whole burst.
  assign request_o = left_q != '0 && 32'(count) <= Depth - Burst;
  assign address_o = address_q;
  assign beats_o   = left_q > BeatsW'(Burst) ? BeatsW'(Burst) : left_q;

  always_comb begin
    address_d = address_q;
    left_d    = left_q;
    if (grant_i) begin
      address_d = address_q + AddressW'({grant_beats_i, ByteW'(0)});
      left_d    = left_q - BeatsW'(grant_beats_i);
    end
    if (start_i) begin
      address_d = address_i;
      left_d    = BeatsW'({frames_i, WordIndexW'(0)});
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      left_q <= '0;
    end else begin
      left_q <= left_d;
    end
  end

  always_ff @(posedge clk_i) begin
    address_q <= address_d;
    if (start_i) begin
      taken_q <= '0;
    end else if (beat_valid_i) begin
      taken_q <= taken_q + TakenW'(1);
    end
  end
endmodule
