// SPDX-License-Identifier: Apache-2.0
//
// Turns AXI4-Lite into one request at a time. A write is taken when its address and its data have
// both come, in whichever order. A write with strobes for a part of the word is answered with
// SLVERR. The two low bits of an address are ignored.

`include "tct_assert.svh"

module tct_axil
  import tct_pkg::*;
#(
  parameter int unsigned AddrW = 17
) (
  input  logic clk_i,
  input  logic rst_ni,

  // AXI4-Lite, from the host.
  input  logic                 awvalid_i,
  output logic                 awready_o,
  input  logic [AddrW-1:0]     awaddr_i,
  input  logic                 wvalid_i,
  output logic                 wready_o,
  input  logic [RegisterW-1:0] wdata_i,
  input  logic [3:0]           wstrb_i,
  output logic                 bvalid_o,
  input  logic                 bready_i,
  output logic [1:0]           bresp_o,
  input  logic                 arvalid_i,
  output logic                 arready_o,
  input  logic [AddrW-1:0]     araddr_i,
  output logic                 rvalid_o,
  input  logic                 rready_i,
  output logic [RegisterW-1:0] rdata_o,
  output logic [1:0]           rresp_o,

  // A request, to tct_csr. A read is requested a cycle after its address has come, and is answered
  // in the same cycle or later; a write is done at once.
  output logic                 request_o,
  output logic                 write_o,
  output logic [AddrW-1:0]     addr_o,
  output logic [RegisterW-1:0] data_o,
  input  logic                 answer_i,
  input  logic [RegisterW-1:0] data_i
);
  localparam logic [1:0] Okay = 2'b00, SlaveError = 2'b10;
  logic                 idle_q, write, read, read_q, waiting_q, bvalid_q, rvalid_q, refused_q;
  logic [AddrW-1:2]     araddr_q;
  logic [RegisterW-1:0] rdata_q;

  assign write = idle_q && awvalid_i && wvalid_i;
  assign read  = idle_q && arvalid_i && !write;

  assign awready_o = write;
  assign wready_o  = write;
  assign arready_o = read;
  assign bvalid_o  = bvalid_q;
  assign bresp_o   = refused_q ? SlaveError : Okay;
  assign rvalid_o  = rvalid_q;
  assign rdata_o   = rdata_q;
  assign rresp_o   = Okay;

  assign request_o = read_q || (write && wstrb_i == '1);
  assign write_o   = !read_q;
  assign addr_o    = {read_q ? araddr_q : awaddr_i[AddrW-1:2], 2'b00};
  assign data_o    = wdata_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      idle_q    <= 1'b1;
      read_q    <= 1'b0;
      waiting_q <= 1'b0;
      bvalid_q  <= 1'b0;
      rvalid_q  <= 1'b0;
    end else begin
      idle_q    <= idle_q ? !read && !write : (bvalid_q && bready_i) || (rvalid_q && rready_i);
      read_q    <= read;
      waiting_q <= read || (waiting_q && !answer_i);
      bvalid_q  <= write || (bvalid_q && !bready_i);
      rvalid_q  <= (waiting_q && answer_i) || (rvalid_q && !rready_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (write) begin
      refused_q <= wstrb_i != '1;
    end
    if (read) begin
      araddr_q <= araddr_i[AddrW-1:2];
    end
    if (answer_i) begin
      rdata_q <= data_i;
    end
  end

  `TCT_ASSERT(KnowsWhenIdle, idle_q == (!waiting_q && !bvalid_q && !rvalid_q))
  `TCT_ASSERT(AnswerHolds, rvalid_o && !rready_i |=> rvalid_o && $stable(rdata_o))
endmodule
