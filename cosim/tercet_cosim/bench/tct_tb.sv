// SPDX-License-Identifier: Apache-2.0
//
// The fabric with a memory, and ears: every result and every finished EXEC frame is reported to C++.

module tct_tb
  import tct_pkg::*;
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
  parameter int unsigned ConfigId   = 0
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  output logic        irq_o,
  /// Clock cycles since the start.
  output logic [31:0] cycle_o,

  input  logic [15:0] latency_i,
  input  logic [7:0]  stall_i,
  input  logic [31:0] fault_i,

  input  logic        awvalid_i,
  output logic        awready_o,
  input  logic [16:0] awaddr_i,
  input  logic        wvalid_i,
  output logic        wready_o,
  input  logic [31:0] wdata_i,
  output logic        bvalid_o,
  input  logic        bready_i,
  output logic [1:0]  bresp_o,
  input  logic        arvalid_i,
  output logic        arready_o,
  input  logic [16:0] araddr_i,
  output logic        rvalid_o,
  input  logic        rready_i,
  output logic [31:0] rdata_o,
  output logic [1:0]  rresp_o
);
  import "DPI-C" context function void tct_attach(input int tiles);
  import "DPI-C" function void tct_value(
    input int frame, input bit [Tiles*32-1:0] results, input bit [Tiles*32-1:0] sums);
  import "DPI-C" function void tct_written(input int cycle, input int sum_cycle, input longint now);
  import "DPI-C" function void tct_frame(input int frame, input int cycles);

  initial tct_attach(Tiles);

  logic        arvalid, arready, rvalid, rready, rlast, awvalid, awready, wvalid, wready, wlast;
  logic        bvalid, bready;
  logic [31:0] araddr, awaddr;
  logic [7:0]  arlen, awlen, wstrb;
  logic [63:0] rdata, wdata;
  logic [1:0]  rresp, bresp, arburst, awburst;
  logic [2:0]  arsize, awsize;

  tct_tb_power_up u_power_up (.clk_i, .rst_ni);

  tct_top #(
    .Tiles(Tiles), .Lanes(Lanes), .AccW(AccW), .BankADepth(BankADepth), .BankBDepth(BankBDepth),
    .ParamDepth(ParamDepth), .WalkDepth(WalkDepth), .RouteDepth(RouteDepth), .OutDepth(OutDepth),
    .Telemetry(Telemetry), .ConfigId(ConfigId)
  ) u_dut (
    .clk_i, .rst_ni, .irq_o,
    .s_axil_awvalid_i(awvalid_i), .s_axil_awready_o(awready_o), .s_axil_awaddr_i(awaddr_i),
    .s_axil_wvalid_i(wvalid_i), .s_axil_wready_o(wready_o), .s_axil_wdata_i(wdata_i),
    .s_axil_wstrb_i('1), .s_axil_bvalid_o(bvalid_o), .s_axil_bready_i(bready_i),
    .s_axil_bresp_o(bresp_o), .s_axil_arvalid_i(arvalid_i), .s_axil_arready_o(arready_o),
    .s_axil_araddr_i(araddr_i), .s_axil_rvalid_o(rvalid_o), .s_axil_rready_i(rready_i),
    .s_axil_rdata_o(rdata_o), .s_axil_rresp_o(rresp_o),
    .m_axi_arvalid_o(arvalid), .m_axi_arready_i(arready), .m_axi_araddr_o(araddr),
    .m_axi_arlen_o(arlen), .m_axi_arsize_o(arsize), .m_axi_arburst_o(arburst),
    .m_axi_rvalid_i(rvalid), .m_axi_rready_o(rready), .m_axi_rdata_i(rdata),
    .m_axi_rresp_i(rresp), .m_axi_rlast_i(rlast),
    .m_axi_awvalid_o(awvalid), .m_axi_awready_i(awready), .m_axi_awaddr_o(awaddr),
    .m_axi_awlen_o(awlen), .m_axi_awsize_o(awsize), .m_axi_awburst_o(awburst),
    .m_axi_wvalid_o(wvalid), .m_axi_wready_i(wready), .m_axi_wdata_o(wdata),
    .m_axi_wstrb_o(wstrb), .m_axi_wlast_o(wlast), .m_axi_bvalid_i(bvalid),
    .m_axi_bready_o(bready), .m_axi_bresp_i(bresp)
  );

  tct_tb_memory u_memory (
    .clk_i, .rst_ni, .latency_i, .stall_i, .fault_i,
    .arvalid_i(arvalid), .arready_o(arready), .araddr_i(araddr), .arlen_i(arlen),
    .rvalid_o(rvalid), .rready_i(rready), .rdata_o(rdata), .rresp_o(rresp), .rlast_o(rlast),
    .awvalid_i(awvalid), .awready_o(awready), .awaddr_i(awaddr), .wvalid_i(wvalid),
    .wready_o(wready), .wdata_i(wdata), .wstrb_i(wstrb), .wlast_i(wlast), .bvalid_o(bvalid),
    .bready_i(bready), .bresp_o(bresp)
  );

  // What the master must always say.
  AxiSize:  assert property (@(posedge clk_i) disable iff (!rst_ni)
      (arvalid || awvalid)
      |-> arsize == 3'd3 && awsize == 3'd3 && arburst == 2'd1 && awburst == 2'd1);
  LastBeat: assert property (@(posedge clk_i) disable iff (!rst_ni)
      wvalid && wready |-> wlast == (beats_q == awlen_q));
  NoX:      assert property (@(posedge clk_i) disable iff (!rst_ni)
      !$isunknown({irq_o, arvalid, awvalid, wvalid, rready, bready}));

  logic [7:0] beats_q, awlen_q;
  always_ff @(posedge clk_i) begin
    if (awvalid && awready) begin
      awlen_q <= awlen;
      beats_q <= '0;
    end else if (wvalid && wready) begin
      beats_q <= beats_q + 8'd1;
    end
  end

  // Sums meet their results six cycles later, at the end of post-processing. With a value once more
  // comes its sum. A value's and its sum's cycle are reported with them.
  logic [5:0][Tiles*32-1:0] sums_q;
  logic [Tiles*32-1:0]      sums, results;
  logic [5:0][31:0]         sum_cycle_q;
  logic [31:0]              cycle_q, cycles_q;

  initial cycle_q = '0;
  assign cycle_o = cycle_q;

  always_comb begin
    for (int unsigned t = 0; t < Tiles; t++) begin
      sums[32*t +: 32] = 32'(signed'(u_dut.u_array.total[t]));
      results[32*t +: 32] = u_dut.u_array.frame_i.wide ? u_dut.u_array.result[t]
                            : 32'(signed'(u_dut.u_array.result[t][ClipW-1:0]));
    end
  end

  always_ff @(posedge clk_i) begin
    sums_q   <= {sums_q[4:0], u_dut.u_array.fresh_sum ? sums : sums_q[0]};
    cycle_q  <= cycle_q + 32'd1;
    sum_cycle_q <= {sum_cycle_q[4:0], u_dut.u_array.fresh_sum ? cycle_q : sum_cycle_q[0]};
    cycles_q <= u_dut.u_exec.running_o && !u_dut.u_exec.finish_o ? cycles_q + 32'd1 : '0;
    if (rst_ni && u_dut.u_array.writing_o) begin
      tct_value(32'(u_dut.u_exec.index_o), results, sums_q[5]);
      tct_written(cycle_q, sum_cycle_q[5], $time);
    end
    if (rst_ni && u_dut.u_exec.finish_o) begin
      tct_frame(32'(u_dut.u_exec.index_o), cycles_q + 32'd1);
    end
  end
endmodule
