// SPDX-License-Identifier: Apache-2.0
//
// Reads memory for two requesters: LOAD first, then the fetch of the program. It reads one burst at
// a time, of at most 256 beats and within 4 KiB, and grants a request one cycle after it. In an
// abort it grants nothing and drops the beats that still come.

`include "tct_assert.svh"

module tct_rdma
  import tct_pkg::*;
(
  input  logic clk_i,
  input  logic rst_ni,
  input  logic abort_i,
  output logic busy_o,

  // LOAD: where it reads and how many beats; its grant, and its beats.
  input  logic                load_request_i,
  input  logic [AddressW-1:0] load_address_i,
  input  logic [BeatsW-1:0]   load_beats_i,
  output logic                load_grant_o,
  output logic                load_valid_o,
  input  logic                load_ready_i,

  // The fetch of the program: the same, but it always takes its beats.
  input  logic                fetch_request_i,
  input  logic [AddressW-1:0] fetch_address_i,
  input  logic [BeatsW-1:0]   fetch_beats_i,
  output logic                fetch_grant_o,
  output logic                fetch_valid_o,

  // To both requesters: the length of the burst that is granted, and the beat at hand.
  output logic [BurstW-1:0] grant_beats_o,
  output logic [BusW-1:0]   beat_o,
  output logic              load_error_o,
  output logic              fetch_error_o,
  /// Either requester waits for the bus; LOAD does.
  output logic              stall_o,
  output logic              load_stall_o,

  // AXI4 to memory: address and data of reads.
  output logic                arvalid_o,
  input  logic                arready_i,
  output logic [AddressW-1:0] araddr_o,
  output logic [AxiLenW-1:0]  arlen_o,
  input  logic                rvalid_i,
  output logic                rready_o,
  input  logic [BusW-1:0]     rdata_i,
  input  logic [1:0]          rresp_i,
  input  logic                rlast_i
);
  typedef enum logic [1:0] {Idle, Address, Data} state_e;
  state_e              state_d, state_q;
  logic                load_d, load_q, grant, grant_q, bad;
  logic [AddressW-1:0] address_d, address_q;
  logic [BurstW-1:0]   beats, beats_q;
  logic [BeatsW-1:0]   wanted;

  assign busy_o        = state_q != Idle;
  assign grant         = state_q == Idle && !abort_i && (load_request_i || fetch_request_i);
  assign load_d        = grant ? load_request_i : load_q;
  assign load_grant_o  = grant_q && load_q;
  assign fetch_grant_o = grant_q && !load_q;
  assign grant_beats_o = beats_q;
  assign address_d     = load_request_i ? load_address_i : fetch_address_i;
  assign wanted        = load_request_i ? load_beats_i : fetch_beats_i;

  tct_burst u_burst (.page_beat_i(address_d[PageLow-1:ByteW]), .wanted_i(wanted), .beats_o(beats));

  assign arvalid_o     = state_q == Address;
  assign araddr_o      = address_q;
  assign arlen_o       = AxiLenW'(beats_q - BurstW'(1));
  assign rready_o      = state_q == Data && (abort_i || !load_q || load_ready_i);
  assign bad           = rvalid_i && rready_o && rresp_i[1] && !abort_i;
  // In an abort no requester takes the beats, so they are always accepted here.
  assign load_valid_o  = state_q == Data && load_q && rvalid_i && !rresp_i[1];
  assign fetch_valid_o = state_q == Data && !load_q && rvalid_i && !rresp_i[1];
  assign load_error_o  = bad && load_q;
  assign fetch_error_o = bad && !load_q;
  assign beat_o        = rdata_i;
  assign stall_o       = (arvalid_o && !arready_i) || (state_q == Data && rready_o && !rvalid_i);
  assign load_stall_o  = stall_o && load_q;

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      Idle:    if (grant) state_d = Address;
      Address: if (arready_i) state_d = Data;
      default: if (rvalid_i && rready_o && rlast_i) state_d = Idle;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Idle;
      grant_q <= 1'b0;
    end else begin
      state_q <= state_d;
      grant_q <= grant;
    end
  end

  always_ff @(posedge clk_i) begin
    load_q <= load_d;
    if (grant) begin
      address_q <= address_d;
      beats_q   <= beats;
    end
  end

  `TCT_ASSERT(AddressHolds, arvalid_o && !arready_i |=>
              arvalid_o && $stable(araddr_o) && $stable(arlen_o))
  `TCT_ASSERT(StaysInPage, arvalid_o |-> 10'(araddr_o[PageLow-1:ByteW]) + 10'(arlen_o) < 10'd512)
  `TCT_ASSERT(NoStrayData, rvalid_i |-> state_q == Data)
endmodule
