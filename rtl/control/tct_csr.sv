// SPDX-License-Identifier: Apache-2.0
//
// The registers that PeakRDL generates from csr/tct_csr_regs.rdl, with flat ports instead of its
// structs.

module tct_csr
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter int unsigned Tiles      = 8,
  parameter int unsigned Lanes      = 20,
  parameter int unsigned AccW       = 24,
  parameter int unsigned BankADepth = 1024,
  parameter int unsigned BankBDepth = 4096,
  parameter int unsigned ParamDepth = 512,
  parameter int unsigned WalkDepth  = 512,
  parameter int unsigned RouteDepth = 512,
  parameter int unsigned OutDepth   = 512,
  parameter int unsigned Telemetry  = 1,
  parameter logic [ConfigW-1:0] ConfigId = '0,
  localparam int unsigned AddrW      = tct_csr_regs_pkg::TCT_CSR_REGS_MIN_ADDR_WIDTH,
  localparam int unsigned CountAddrW = tct_counter_pkg::AddrW,
  /// The program and the records are aligned to the size of a frame, which is that of a record.
  localparam int unsigned FrameLow   = $clog2(FrameWords * BusBytes)
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

  // To the fabric: fields of the registers that the host has written.
  output logic                start_o,
  output logic                soft_reset_o,
  output logic                clear_telemetry_o,
  output logic [AddressW-1:0] program_o,
  output logic [FrameW-1:0]   frames_o,
  output logic [AddressW-1:0] records_o,
  output logic [PageW-1:0]    window_base_o,
  output logic [PageW-1:0]    window_limit_o,
  output logic                irq_o,

  // From the fabric: to STATUS, IRQ_STATUS and OVERFLOW.
  input  logic                 busy_i,
  /// A program runs: a start, or a write to the registers of a program, is refused.
  input  logic                 locked_i,
  input  logic                 done_i,
  input  err_e                 error_i,
  input  logic [FrameW-1:0]    error_frame_i,
  input  logic [RegisterW-1:0] overflow_i,

  // A read of a telemetry counter: held until it is answered.
  output logic                  count_read_o,
  output logic [CountAddrW-1:0] count_addr_o,
  input  logic                  count_valid_i,
  input  logic [RegisterW-1:0]  count_i
);
  tct_csr_regs_pkg::tct_csr_regs__in_t  in;
  tct_csr_regs_pkg::tct_csr_regs__out_t out;
  logic                  ended_q, refused_q, reading_q, req, req_is_wr, changes;
  logic [CountAddrW-1:0] addr_q;
  logic                  request, write, answer;
  logic [AddrW-1:0]      addr;
  logic [RegisterW-1:0]  wdata, rdata;

  tct_axil #(.AddrW(AddrW)) u_axil (
    .clk_i, .rst_ni, .awvalid_i, .awready_o, .awaddr_i, .wvalid_i, .wready_o, .wdata_i, .wstrb_i,
    .bvalid_o, .bready_i, .bresp_o, .arvalid_i, .arready_o, .araddr_i, .rvalid_o, .rready_i,
    .rdata_o, .rresp_o, .request_o(request), .write_o(write), .addr_o(addr), .data_o(wdata),
    .answer_i(answer), .data_i(rdata)
  );

  // tct_axil sends one request at a time and waits for its answer, so there are no stalls.
  logic [1:0] unused_stall;
  logic       unused_read_error, unused_write_error, unused_written;

  tct_csr_regs u_regs (
    .clk(clk_i), .rst_n(rst_ni),
    .s_cpuif_req(request), .s_cpuif_req_is_wr(write), .s_cpuif_addr(addr),
    .s_cpuif_wr_data(wdata), .s_cpuif_wr_biten('1), .s_cpuif_req_stall_wr(unused_stall[0]),
    .s_cpuif_req_stall_rd(unused_stall[1]), .s_cpuif_rd_ack(answer),
    .s_cpuif_rd_err(unused_read_error), .s_cpuif_rd_data(rdata),
    .s_cpuif_wr_ack(unused_written), .s_cpuif_wr_err(unused_write_error),
    .hwif_in(in), .hwif_out(out)
  );

  assign start_o           = out.CONTROL.start.value;
  assign soft_reset_o      = out.CONTROL.soft_reset.value;
  assign clear_telemetry_o = out.CONTROL.clear_telemetry.value;
  assign program_o         = {out.PROGRAM_ADDRESS.address.value, FrameLow'(0)};
  assign frames_o          = out.PROGRAM_LENGTH.frames.value;
  assign records_o         = {out.RECORDS.address.value, FrameLow'(0)};
  assign window_base_o     = out.WINDOW_BASE.page.value;
  assign window_limit_o    = out.WINDOW_LIMIT.page.value;
  assign irq_o             = out.CONTROL.irq_enable.value && out.IRQ_STATUS.done.value;

  assign in.CONFIG_SIZES.tiles.next     = 8'(Tiles);
  assign in.CONFIG_SIZES.lanes.next     = 8'(Lanes);
  assign in.CONFIG_SIZES.acc_width.next = 8'(AccW);
  assign in.CONFIG_SIZES.telemetry.next = 2'(Telemetry);
  assign in.CONFIG_BANKS.bank_a.next    = 16'(BankADepth);
  assign in.CONFIG_BANKS.bank_b.next    = 16'(BankBDepth);
  assign in.CONFIG_DEPTHS.params.next   = 16'(ParamDepth);
  assign in.CONFIG_DEPTHS.out.next      = 16'(OutDepth);
  assign in.CONFIG_TABLES.walk.next     = 16'(WalkDepth);
  assign in.CONFIG_TABLES.route.next    = 16'(RouteDepth);
  assign in.CONFIG_ID.id.next           = ConfigId;
  assign in.STATUS.idle.next            = !busy_i;
  assign in.STATUS.busy.next            = busy_i;
  assign in.STATUS.done.next            = ended_q && !busy_i && error_i == ErrNone;
  assign in.STATUS.error.next           = error_i != ErrNone;
  assign in.STATUS.code.next            = error_i;
  assign in.STATUS.refused.next         = refused_q;
  assign in.STATUS.frame.next           = error_frame_i;
  assign in.IRQ_STATUS.done.hwset       = done_i;
  assign in.IRQ_STATUS.done.hwclr       = soft_reset_o;
  assign in.OVERFLOW.tiles.next         = overflow_i;

  // The registers of a program do not change while it runs.
  assign in.PROGRAM_ADDRESS.address.swwel = locked_i;
  assign in.PROGRAM_LENGTH.frames.swwel   = locked_i;
  assign in.RECORDS.address.swwel         = locked_i || Telemetry == 0;
  assign in.WINDOW_BASE.page.swwel        = locked_i;
  assign in.WINDOW_LIMIT.page.swwel       = locked_i;
  assign changes = start_o || out.PROGRAM_ADDRESS.address.swmod || out.PROGRAM_LENGTH.frames.swmod
                   || out.RECORDS.address.swmod || out.WINDOW_BASE.page.swmod
                   || out.WINDOW_LIMIT.page.swmod;

  // A read of telemetry waits until tct_tally answers; a write does nothing.
  assign req          = out.TELEMETRY.req;
  assign req_is_wr    = out.TELEMETRY.req_is_wr;
  assign count_read_o = reading_q;
  assign count_addr_o = addr_q;
  assign in.TELEMETRY.rd_ack  = reading_q && count_valid_i;
  assign in.TELEMETRY.rd_data = count_i;
  assign in.TELEMETRY.wr_ack  = req && req_is_wr;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reading_q <= 1'b0;
      ended_q   <= 1'b0;
      refused_q <= 1'b0;
    end else begin
      reading_q <= (req && !req_is_wr) || (reading_q && !count_valid_i);
      ended_q   <= !soft_reset_o && (done_i || ended_q);
      refused_q <= !soft_reset_o && (locked_i ? refused_q || changes : refused_q && !start_o);
    end
  end

  always_ff @(posedge clk_i) begin
    if (req) begin
      addr_q <= out.TELEMETRY.addr;
    end
  end
endmodule
