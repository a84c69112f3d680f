// SPDX-License-Identifier: Apache-2.0
//
// Writes memory for two requesters: STORE first, then the records of frames, each a burst of eight
// beats in the pauses of STORE. A burst that has begun is finished even in an abort, as AXI
// demands.

`include "tct_assert.svh"

module tct_wdma
  import tct_pkg::*, tct_frame_pkg::*;
(
  input  logic clk_i,
  input  logic rst_ni,
  input  logic abort_i,
  output logic busy_o,

  // STORE: its request, its beats and their responses.
  input  logic                store_busy_i,
  input  logic                store_awvalid_i,
  output logic                store_awready_o,
  input  logic [AddressW-1:0] store_awaddr_i,
  input  logic [AxiLenW-1:0]  store_awlen_i,
  input  logic                store_wvalid_i,
  output logic                store_wready_o,
  input  logic [BusW-1:0]     store_wdata_i,
  input  logic                store_wlast_i,
  output logic                store_bvalid_o,
  input  logic                store_bready_i,

  // Records, from tct_recorder: one behind the other in memory, in the order of their frames.
  input  logic [AddressW-1:0]   records_i,
  input  logic                  record_valid_i,
  output logic                  record_take_o,
  output logic                  record_read_o,
  output logic [WordIndexW-1:0] record_word_o,
  input  logic [BusW-1:0]       record_data_i,
  output logic                  record_done_o,
  output logic                  record_error_o,
  output logic [FrameW-1:0]     record_frame_o,

  // AXI4 to memory: address, data and response of writes.
  output logic                awvalid_o,
  input  logic                awready_i,
  output logic [AddressW-1:0] awaddr_o,
  output logic [AxiLenW-1:0]  awlen_o,
  output logic                wvalid_o,
  input  logic                wready_i,
  output logic [BusW-1:0]     wdata_o,
  output logic                wlast_o,
  input  logic                bvalid_i,
  output logic                bready_o,
  input  logic [1:0]          bresp_i
);
  /// A record has the size of a frame and is aligned to it.
  localparam int unsigned RecordLow = $clog2(FrameWords * BusBytes);

  typedef enum logic [2:0] {Idle, Fetch, Address, Data, Answer} state_e;
  state_e                state_d, state_q;
  logic [WordIndexW-1:0] word_d, word_q;
  logic [FrameW-1:0]     frame_q;
  logic [AddressW-1:0]   address_q;
  logic                  own, beat;

  assign own             = state_q != Idle;
  assign busy_o          = state_q inside {Address, Data, Answer};
  assign awvalid_o       = own ? state_q == Address : store_awvalid_i;
  assign awaddr_o        = own ? address_q : store_awaddr_i;
  assign awlen_o         = own ? AxiLenW'(FrameWords - 1) : store_awlen_i;
  assign wvalid_o        = own ? state_q == Data : store_wvalid_i;
  assign wdata_o         = own ? record_data_i : store_wdata_i;
  assign wlast_o         = own ? word_q == '1 : store_wlast_i;
  assign bready_o        = own ? state_q == Answer : store_bready_i;
  assign store_awready_o = awready_i && !own;
  assign store_wready_o  = wready_i && !own;
  assign store_bvalid_o  = bvalid_i && !own;

  // A word is read in the cycle before it is offered; the first word has the number of the frame.
  assign beat           = state_q == Data && wready_i;
  assign record_take_o  = !own && record_valid_i && !store_busy_i && !abort_i;
  assign record_read_o  = record_take_o || (beat && !wlast_o);
  assign record_word_o  = word_d;
  assign record_done_o  = state_q == Answer && bvalid_i;
  assign record_error_o = record_done_o && bresp_i[1] && !abort_i;
  assign record_frame_o = frame_q;

  always_comb begin
    state_d = state_q;
    word_d  = record_take_o ? '0 : word_q + WordIndexW'(beat);
    unique case (state_q)
      Idle:    if (record_take_o) state_d = Fetch;
      Fetch:   state_d = abort_i ? Idle : Address;
      Address: if (awready_i) state_d = Data;
      Data:    if (beat && wlast_o) state_d = Answer;
      default: if (bvalid_i) state_d = Idle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      state_q <= state_d;
    end
  end

  always_ff @(posedge clk_i) begin
    word_q <= word_d;
    if (state_q == Fetch) begin
      frame_q   <= record_data_i[FrameW-1:0];
      address_q <= records_i + AddressW'({record_data_i[FrameW-1:0], RecordLow'(0)});
    end
  end

  `TCT_ASSERT(AddressHolds, awvalid_o && !awready_i |=>
              awvalid_o && $stable(awaddr_o) && $stable(awlen_o))
  `TCT_ASSERT(DataHolds, wvalid_o && !wready_i |=>
              wvalid_o && $stable(wdata_o) && $stable(wlast_o))
endmodule
