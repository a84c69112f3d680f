// SPDX-License-Identifier: Apache-2.0
//
// The registers, flat: what PeakRDL makes of csr/tct_csr_regs.rdl, without its structs.

module tct_csr
  import tct_frame_pkg::*;
#(
  parameter int unsigned Tiles      = 8,
  parameter int unsigned Lanes      = 20,
  parameter int unsigned AccW       = 24,
  parameter int unsigned BankADepth = 1024,
  parameter int unsigned BankBDepth = 4096,
  parameter int unsigned ParamDepth = 512,
  parameter int unsigned OutDepth   = 512,
  parameter int unsigned Telemetry  = 1,
  parameter logic [15:0] ConfigId   = '0
) (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic        awvalid_i,
  output logic        awready_o,
  input  logic [16:0] awaddr_i,
  input  logic        wvalid_i,
  output logic        wready_o,
  input  logic [31:0] wdata_i,
  input  logic [3:0]  wstrb_i,
  output logic        bvalid_o,
  input  logic        bready_i,
  output logic [1:0]  bresp_o,
  input  logic        arvalid_i,
  output logic        arready_o,
  input  logic [16:0] araddr_i,
  output logic        rvalid_o,
  input  logic        rready_i,
  output logic [31:0] rdata_o,
  output logic [1:0]  rresp_o,

  output logic        start_o,
  output logic        soft_reset_o,
  output logic        clear_telemetry_o,
  output logic [31:0] program_o,
  output logic [15:0] frames_o,
  output logic [31:0] window_base_o,
  output logic [31:0] window_limit_o,
  output logic        irq_o,

  input  logic        busy_i,
  input  logic        done_i,
  input  err_e        error_i,
  input  logic [15:0] error_frame_i,
  input  logic [31:0] overflow_i,

  output logic        count_read_o,
  output logic [15:0] count_addr_o,
  input  logic        count_valid_i,
  input  logic [63:0] count_i
);
  tct_csr_regs_pkg::tct_csr_regs__in_t  in;
  tct_csr_regs_pkg::tct_csr_regs__out_t out;
  logic                                 ended_q, reading_q, req, req_is_wr;
  logic [15:0]                          addr_q;

  tct_csr_regs u_regs (
    .clk(clk_i), .rst_n(rst_ni),
    .s_axil_awready(awready_o), .s_axil_awvalid(awvalid_i), .s_axil_awaddr(awaddr_i),
    .s_axil_awprot('0), .s_axil_wready(wready_o), .s_axil_wvalid(wvalid_i),
    .s_axil_wdata(wdata_i), .s_axil_wstrb(wstrb_i), .s_axil_bready(bready_i),
    .s_axil_bvalid(bvalid_o), .s_axil_bresp(bresp_o), .s_axil_arready(arready_o),
    .s_axil_arvalid(arvalid_i), .s_axil_araddr(araddr_i), .s_axil_arprot('0),
    .s_axil_rready(rready_i), .s_axil_rvalid(rvalid_o), .s_axil_rdata(rdata_o),
    .s_axil_rresp(rresp_o), .hwif_in(in), .hwif_out(out)
  );

  assign start_o           = out.CONTROL.start.value;
  assign soft_reset_o      = out.CONTROL.soft_reset.value;
  assign clear_telemetry_o = out.CONTROL.clear_telemetry.value;
  assign program_o         = out.PROGRAM_ADDRESS.address.value;
  assign frames_o          = out.PROGRAM_LENGTH.frames.value;
  assign window_base_o     = out.WINDOW_BASE.address.value;
  assign window_limit_o    = out.WINDOW_LIMIT.address.value;
  assign irq_o             = out.CONTROL.irq_enable.value && out.IRQ_STATUS.done.value;

  assign in.CONFIG_SIZES.tiles.next     = 8'(Tiles);
  assign in.CONFIG_SIZES.lanes.next     = 8'(Lanes);
  assign in.CONFIG_SIZES.acc_width.next = 8'(AccW);
  assign in.CONFIG_SIZES.telemetry.next = 2'(Telemetry);
  assign in.CONFIG_BANKS.bank_a.next    = 16'(BankADepth);
  assign in.CONFIG_BANKS.bank_b.next    = 16'(BankBDepth);
  assign in.CONFIG_DEPTHS.params.next   = 16'(ParamDepth);
  assign in.CONFIG_DEPTHS.out.next      = 16'(OutDepth);
  assign in.CONFIG_ID.id.next           = ConfigId;
  assign in.STATUS.idle.next            = !busy_i;
  assign in.STATUS.busy.next            = busy_i;
  assign in.STATUS.done.next            = ended_q && !busy_i && error_i == ErrNone;
  assign in.STATUS.error.next           = error_i != ErrNone;
  assign in.STATUS.code.next            = error_i;
  assign in.STATUS.frame.next           = error_frame_i;
  assign in.IRQ_STATUS.done.hwset       = done_i;
  assign in.OVERFLOW.tiles.next         = overflow_i;

  // Telemetry answers when its counters are settled; writes to it do nothing.
  assign req          = out.TELEMETRY.req;
  assign req_is_wr    = out.TELEMETRY.req_is_wr;
  assign count_read_o = reading_q;
  assign count_addr_o = addr_q;
  assign in.TELEMETRY.rd_ack  = reading_q && count_valid_i;
  assign in.TELEMETRY.rd_data = addr_q[2] ? count_i[63:32] : count_i[31:0];
  assign in.TELEMETRY.wr_ack  = req && req_is_wr;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      reading_q <= 1'b0;
      ended_q   <= 1'b0;
    end else begin
      reading_q <= (req && !req_is_wr) || (reading_q && !count_valid_i);
      ended_q   <= !soft_reset_o && (done_i || ended_q);
    end
  end

  always_ff @(posedge clk_i) begin
    if (req) begin
      addr_q <= out.TELEMETRY.addr;
    end
  end
endmodule
