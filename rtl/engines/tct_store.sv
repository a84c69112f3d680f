// SPDX-License-Identifier: Apache-2.0
//
// The STORE engine: bank C to memory, one burst at a time. A burst that has begun is finished even
// in an abort, as AXI demands.

`include "tct_assert.svh"

module tct_store
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter  int unsigned OutDepth = 512,
  localparam int unsigned OutAw    = $clog2(OutDepth)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,
  input  logic abort_i,
  output logic busy_o,

  // Words of its frames, from tct_dispatch.
  input  logic                  word_valid_i,
  input  logic [WordIndexW-1:0] word_index_i,
  input  logic [BusW-1:0]       word_i,
  input  logic [FrameW-1:0]     index_i,
  output logic                  ready_o,

  // Frames that each engine has finished, from tct_sequencer; start and end of the frame at hand.
  input  logic [FrameW-1:0] loads_i,
  input  logic [FrameW-1:0] execs_i,
  input  logic [FrameW-1:0] stores_i,
  input  logic              hold_i,
  output logic              start_o,
  output logic              running_o,
  output logic              waiting_o,
  output logic              empty_o,
  output logic              finish_o,
  output err_e              error_o,
  output logic [FrameW-1:0] index_o,
  // For the record of the frame, to tct_recorder.
  output logic [LayerW-1:0] layer_o,
  output logic [BeatsW-1:0] moves_o,

  // Bank C, from the array.
  input  logic [BusBytes-1:0] out_we_i,
  input  logic [OutAw-1:0]    out_addr_i,
  input  logic [BusW-1:0]     out_data_i,

  /// A beat crosses the bus; STORE waits for the bus.
  output logic beat_o,
  output logic stall_o,

  // AXI4 writes through tct_wdma: address, data and response.
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
  typedef enum logic [2:0] {Idle, Next, Address, Data, Answer} state_e;
  state_e              state_d, state_q;
  store_t              frame;
  logic [AddressW-1:0] address_d, address_q;
  logic [BeatsW-1:0]   left_d, left_q;
  logic [BurstW-1:0]   burst, burst_d, burst_q;
  logic [FieldW-1:0]   at_d, at_q;
  logic                read, answered, beyond_q;

  tct_slot #(.Engine(EngineStore)) u_slot (
    .clk_i, .rst_ni, .clear_i, .word_valid_i, .word_index_i, .word_i, .index_i, .ready_o,
    .loads_i, .execs_i, .stores_i, .hold_i, .frame_o(frame), .index_o, .start_o, .running_o,
    .waiting_o, .empty_o, .finish_i(finish_o)
  );

  tct_ram #(.Width(BusW), .Depth(OutDepth), .Parts(BusBytes)) u_bank_c (
    .clk_i, .we_i(out_we_i), .waddr_i(out_addr_i), .wdata_i(out_data_i),
    .re_i(read), .zero_i(1'b0), .raddr_i(at_q[OutAw-1:0]), .rdata_o(wdata_o)
  );
  tct_burst u_burst (.page_beat_i(address_q[PageLow-1:ByteW]), .wanted_i(left_q), .beats_o(burst));

  assign layer_o   = frame.layer;
  assign moves_o   = frame.beats;
  assign busy_o    = state_q inside {Address, Data, Answer};
  assign awvalid_o = state_q == Address;
  assign awaddr_o  = address_q;
  assign awlen_o   = AxiLenW'(burst_q - BurstW'(1));
  assign wvalid_o  = state_q == Data;
  assign wlast_o   = burst_q == BurstW'(1);
  assign bready_o  = state_q == Answer;
  assign answered  = bready_o && bvalid_i;
  assign beat_o    = wvalid_o && wready_i;
  assign stall_o   = (awvalid_o && !awready_i) || (wvalid_o && !wready_i)
                     || (bready_o && !bvalid_i);
  assign finish_o  = running_o && answered && left_q == '0;
  // A word is read in the cycle before it is offered.
  assign read      = (awvalid_o && awready_i) || (beat_o && !wlast_o);

  // Reported a cycle later; the response of the bus is still to come.
  always_ff @(posedge clk_i) begin
    beyond_q <= rst_ni && !clear_i && read && |at_q[FieldW-1:OutAw];
  end

  always_comb begin
    error_o = ErrNone;
    if (start_o && frame.beats == '0) begin
      error_o = ErrSize;
    end else if (beyond_q) begin
      error_o = ErrBank;
    end else if (answered && bresp_i[1]) begin
      error_o = ErrWrite;
    end
  end

  always_comb begin
    state_d   = state_q;
    address_d = address_q;
    left_d    = left_q;
    burst_d   = burst_q;
    at_d      = at_q + FieldW'(read);
    unique case (state_q)
      Next: begin
        state_d = abort_i ? Idle : Address;
        burst_d = burst;
      end
      Address: if (awready_i) state_d = Data;
      Data: if (wready_i) begin
        address_d = address_q + AddressW'(BusBytes);
        left_d    = left_q - BeatsW'(1);
        burst_d   = burst_q - BurstW'(1);
        if (wlast_o) state_d = Answer;
      end
      Answer: if (bvalid_i) state_d = left_q == '0 || abort_i ? Idle : Next;
      default: ;
    endcase
    if (start_o && !abort_i) begin
      state_d   = Next;
      address_d = frame.address;
      left_d    = frame.beats;
      at_d      = frame.base;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Idle;
    end else begin
      state_q <= state_d;
    end
  end

  always_ff @(posedge clk_i) begin
    address_q <= address_d;
    left_q    <= left_d;
    burst_q   <= burst_d;
    at_q      <= at_d;
  end

  `TCT_ASSERT(AddressHolds, awvalid_o && !awready_i |=>
              awvalid_o && $stable(awaddr_o) && $stable(awlen_o))
  `TCT_ASSERT(DataHolds, wvalid_o && !wready_i |=>
              wvalid_o && $stable(wdata_o) && $stable(wlast_o))
  `TCT_ASSERT(StaysInPage, awvalid_o |-> 10'(awaddr_o[PageLow-1:ByteW]) + 10'(awlen_o) < 10'd512)
endmodule
