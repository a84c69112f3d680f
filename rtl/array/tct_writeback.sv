// SPDX-License-Identifier: Apache-2.0
//
// Writes results to bank B, where the next layer reads them, or to bank C, where STORE does. Each
// tile computes its own address when a value is emitted; the address, the source and whether the
// tile listens travel with the value.

module tct_writeback
  import tct_pkg::*;
#(
  parameter  int unsigned Tiles      = 8,
  parameter  int unsigned BankBDepth = 4096,
  parameter  int unsigned OutDepth   = 512,
  /// Cycles from an emission to its result.
  parameter  int unsigned Latency    = 9,
  localparam int unsigned TileW      = Tiles > 1 ? $clog2(Tiles) : 1,
  localparam int unsigned ActAw      = $clog2(BankBDepth),
  localparam int unsigned OutAw      = $clog2(OutDepth)
) (
  input  logic clk_i,

  // Fields of the frame.
  input  logic to_c_i,
  input  logic wide_i,

  // An emission, from tct_route; whether it completes a value.
  input  logic                         value_i,
  input  logic [FieldW-1:0]            offset_i,
  input  logic [Tiles-1:0][FieldW-1:0] address_i,
  input  logic [Tiles-1:0][TileW-1:0]  source_i,
  input  logic [Tiles-1:0]             listens_i,
  /// An address is beyond its bank; reported a cycle later.
  output logic                         range_o,

  // A result, from tct_post.
  input  logic                        valid_i,
  input  logic [Tiles-1:0][WideW-1:0] result_i,
  input  logic [Tiles-1:0][ActW-1:0]  act_i,

  // Writes to bank B of every tile.
  output logic [Tiles-1:0]            we_o,
  output logic [Tiles-1:0][ActAw-1:0] addr_o,
  output logic [Tiles-1:0][ActW-1:0]  act_o,

  // Bank C takes the results that tile 0 hears.
  output logic [BusBytes-1:0] out_we_o,
  output logic [OutAw-1:0]    out_addr_o,
  output logic [BusW-1:0]     out_data_o
);
  localparam int unsigned AtW = OutAw + 3;

  logic [Tiles-1:0][FieldW-1:0] sum;
  logic [Tiles-1:0]             beyond;
  logic                         range_q;

  logic [Latency-1:0][Tiles-1:0][ActAw-1:0] addr_q;
  logic [Latency-1:0][Tiles-1:0][TileW-1:0] source_q;
  logic [Latency-1:0][Tiles-1:0]            listens_q;
  logic [Latency-1:0][AtW-1:0]              out_q;

  always_comb begin
    for (int unsigned t = 0; t < Tiles; t++) begin
      sum[t]    = address_i[t] + offset_i;
      beyond[t] = listens_i[t] && !to_c_i && |(sum[t] >> ActAw);
    end
    if (to_c_i) begin
      beyond[0] = listens_i[0] && |(sum[0] >> (wide_i ? OutAw + 1 : OutAw + 3));
    end
  end

  always_ff @(posedge clk_i) begin
    range_q <= value_i && |beyond;
    for (int unsigned t = 0; t < Tiles; t++) begin
      addr_q[0][t] <= sum[t][ActAw-1:0];
    end
    source_q[0]  <= source_i;
    listens_q[0] <= listens_i;
    out_q[0]     <= AtW'(sum[0]);
    for (int unsigned i = 1; i < Latency; i++) begin
      addr_q[i]    <= addr_q[i-1];
      source_q[i]  <= source_q[i-1];
      listens_q[i] <= listens_q[i-1];
      out_q[i]     <= out_q[i-1];
    end
  end
  assign range_o = range_q;

  assign addr_o = addr_q[Latency-1];
  always_comb begin
    for (int unsigned t = 0; t < Tiles; t++) begin
      we_o[t]  = valid_i && !to_c_i && listens_q[Latency-1][t];
      act_o[t] = act_i[source_q[Latency-1][t]];
    end
  end

  logic [AtW-1:0]   at;
  logic [WideW-1:0] result;
  assign at         = out_q[Latency-1];
  assign result     = result_i[source_q[Latency-1][0]];
  assign out_data_o = wide_i ? {2{result}} : {8{result[7:0]}};
  assign out_addr_o = wide_i ? at[1 +: OutAw] : at[3 +: OutAw];

  always_comb begin
    out_we_o = '0;
    if (valid_i && to_c_i && listens_q[Latency-1][0]) begin
      if (wide_i) begin
        out_we_o = at[0] ? 8'hf0 : 8'h0f;
      end else begin
        out_we_o[at[2:0]] = 1'b1;
      end
    end
  end
endmodule
