// SPDX-License-Identifier: Apache-2.0
//
// The memory that all others of the fabric are made of: a write port with enables, and a read port
// whose data comes in the next cycle and stays until the next read. An ASIC flow replaces this
// module. A word that is read while it is written returns undefined data: no program does that,
// and where the fabric does, it ignores the data.

module tct_ram #(
  parameter  int unsigned Width = 36,
  parameter  int unsigned Depth = 512,
  /// Number of parts of a word that can be written alone.
  parameter  int unsigned Parts = 1,
  localparam int unsigned AddrW = $clog2(Depth),
  localparam int unsigned PartW = Width / Parts
) (
  input  logic clk_i,

  // Write port: an enable for each part of a word.
  input  logic [Parts-1:0] we_i,
  input  logic [AddrW-1:0] waddr_i,
  input  logic [Width-1:0] wdata_i,

  // Read port.
  input  logic             re_i,
  /// Return zero instead of the word.
  input  logic             zero_i,
  input  logic [AddrW-1:0] raddr_i,
  output logic [Width-1:0] rdata_o
);
  (* ram_style = "block", no_rw_check *) logic [Width-1:0] mem [Depth];
  logic [Width-1:0] rdata_q;

  always_ff @(posedge clk_i) begin
    for (int unsigned p = 0; p < Parts; p++) begin
      if (we_i[p]) begin
        mem[waddr_i][p*PartW +: PartW] <= wdata_i[p*PartW +: PartW];
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (zero_i) begin
      rdata_q <= '0;
    end else if (re_i) begin
      rdata_q <= mem[raddr_i];
    end
  end

  assign rdata_o = rdata_q;
endmodule
