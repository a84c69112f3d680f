// SPDX-License-Identifier: Apache-2.0
//
// An AXI4 memory over a C++ buffer. The first beat of a read is there latency_i cycles after its
// address was taken, the answer to a write latency_i cycles after its last beat. With a stall_i above
// zero each handshake is held back with a chance of stall_i / 256, by a generator of its own.

module tct_tb_memory (
  input  logic        clk_i,
  input  logic        rst_ni,

  input  logic [15:0] latency_i,
  input  logic [7:0]  stall_i,
  /// Reads and writes of this address answer with an error (when it is not zero).
  input  logic [31:0] fault_i,

  input  logic        arvalid_i,
  output logic        arready_o,
  input  logic [31:0] araddr_i,
  input  logic [7:0]  arlen_i,
  output logic        rvalid_o,
  input  logic        rready_i,
  output logic [63:0] rdata_o,
  output logic [1:0]  rresp_o,
  output logic        rlast_o,

  input  logic        awvalid_i,
  output logic        awready_o,
  input  logic [31:0] awaddr_i,
  input  logic        wvalid_i,
  output logic        wready_o,
  input  logic [63:0] wdata_i,
  input  logic [7:0]  wstrb_i,
  input  logic        wlast_i,
  output logic        bvalid_o,
  input  logic        bready_i,
  output logic [1:0]  bresp_o
);
  import "DPI-C" function longint tct_memory_read(input int address);
  import "DPI-C" function void tct_memory_write(
    input int address, input longint data, input byte strobe);

  // One bit of chance for every channel that may be held back.
  logic [31:0] noise_q;
  logic [3:0]  held;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      noise_q <= 32'h1234_5679;
    end else if (stall_i != '0) begin
      noise_q <= {noise_q[30:0], noise_q[31] ^ noise_q[21] ^ noise_q[1] ^ noise_q[0]};
    end
  end
  assign held[0] = noise_q[7:0] < stall_i;
  assign held[1] = noise_q[15:8] < stall_i;
  assign held[2] = noise_q[23:16] < stall_i;
  assign held[3] = noise_q[31:24] < stall_i;

  // Reads, one burst at a time. A beat that was offered stays.
  logic        reading_q, offered_q;
  logic [15:0] read_wait_q;
  logic [31:0] read_address_q;
  logic [7:0]  read_left_q;

  assign arready_o = !reading_q && !held[0];
  assign rvalid_o  = reading_q && read_wait_q == '0 && (offered_q || !held[1]);
  assign rlast_o   = read_left_q == '0;
  assign rresp_o   = fault_i != '0 && read_address_q == fault_i ? 2'b10 : 2'b00;

  always_ff @(posedge clk_i) begin
    offered_q <= rvalid_o && !rready_i;
    if (!rst_ni) begin
      reading_q <= 1'b0;
      offered_q <= 1'b0;
    end else if (arvalid_i && arready_o) begin
      reading_q      <= 1'b1;
      read_wait_q    <= latency_i - 16'd1;
      read_address_q <= araddr_i;
      read_left_q    <= arlen_i;
      rdata_o        <= tct_memory_read(araddr_i);
    end else if (reading_q && read_wait_q != '0) begin
      read_wait_q <= read_wait_q - 16'd1;
    end else if (rvalid_o && rready_i) begin
      reading_q      <= !rlast_o;
      read_address_q <= read_address_q + 32'd8;
      read_left_q    <= read_left_q - 8'd1;
      if (!rlast_o) begin
        rdata_o <= tct_memory_read(read_address_q + 32'd8);
      end
    end
  end

  // Writes, one burst at a time.
  logic        writing_q, answering_q, bad_q;
  logic [15:0] write_wait_q;
  logic [31:0] write_address_q;

  assign awready_o = !writing_q && !answering_q && !held[2];
  assign wready_o  = writing_q && !held[3];
  assign bvalid_o  = answering_q && write_wait_q == '0;
  assign bresp_o   = bad_q ? 2'b10 : 2'b00;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      writing_q   <= 1'b0;
      answering_q <= 1'b0;
      bad_q       <= 1'b0;
    end else begin
      if (awvalid_i && awready_o) begin
        writing_q       <= 1'b1;
        write_address_q <= awaddr_i;
        bad_q           <= 1'b0;
      end
      if (wvalid_i && wready_o) begin
        tct_memory_write(write_address_q, wdata_i, wstrb_i);
        bad_q           <= bad_q || (fault_i != '0 && write_address_q == fault_i);
        write_address_q <= write_address_q + 32'd8;
        writing_q       <= !wlast_i;
        answering_q     <= wlast_i;
        write_wait_q    <= latency_i - 16'd1;
      end else if (answering_q && write_wait_q != '0) begin
        write_wait_q <= write_wait_q - 16'd1;
      end else if (bvalid_o && bready_i) begin
        answering_q <= 1'b0;
      end
    end
  end
endmodule
