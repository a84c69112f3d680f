// SPDX-License-Identifier: Apache-2.0
//
// Brings results to where the next layer, or STORE, reads them. Results come in the order of their
// addresses: a write target hears its output slices in turn (phases), or a slice fills its targets
// one after the other (split).

module tct_writeback
  import tct_pkg::*;
#(
  parameter  int unsigned Tiles      = 8,
  parameter  int unsigned BankBDepth = 4096,
  parameter  int unsigned OutDepth   = 512,
  localparam int unsigned TileW      = Tiles > 1 ? $clog2(Tiles) : 1,
  localparam int unsigned ActAw      = $clog2(BankBDepth),
  localparam int unsigned OutAw      = $clog2(OutDepth)
) (
  input  logic                         clk_i,

  // A frame.
  input  logic                         start_i,
  input  logic [15:0]                  base_i,
  input  logic [15:0]                  block_i,
  input  logic [2:0]                   log2_tk_i,
  input  logic [2:0]                   log2_phases_i,
  input  logic [2:0]                   log2_split_i,
  input  logic [2:0]                   log2_next_i,
  input  logic                         to_c_i,
  input  logic                         wide_i,
  output logic                         range_o,

  input  logic                         valid_i,
  input  logic                         phase_last_i,
  input  logic [Tiles-1:0][WideW-1:0]  result_i,
  input  logic [Tiles-1:0][ActW-1:0]   act_i,

  output logic [Tiles-1:0]             we_o,
  output logic [ActAw-1:0]             addr_o,
  output logic [Tiles-1:0][ActW-1:0]   act_o,

  output logic [7:0]                   out_we_o,
  output logic [OutAw-1:0]             out_addr_o,
  output logic [63:0]                  out_data_o
);
  logic [15:0]      addr_d, addr_q, value_q;
  logic             block_last;
  logic [TileW-1:0] phase_d, phase_q, target_d, target_q;

  // The tile whose results a write target of number `target` hears.
  function automatic logic [TileW-1:0] source(logic [TileW-1:0] target);
    return (((target >> log2_split_i) << log2_phases_i) | phase_q) << log2_tk_i;
  endfunction

  function automatic logic [TileW-1:0] below(logic [2:0] log2);
    return TileW'((32'd1 << log2) - 32'd1);
  endfunction

  always_comb begin
    for (int unsigned t = 0; t < Tiles; t++) begin
      logic [TileW-1:0] target;
      target   = TileW'(t) & below(log2_next_i);
      act_o[t] = act_i[source(target)];
      we_o[t]  = valid_i && !to_c_i && (target & below(log2_split_i)) == target_q;
    end
  end
  assign addr_o = addr_q[ActAw-1:0];

  logic [WideW-1:0] result;
  assign result     = result_i[source('0)];
  assign out_data_o = wide_i ? {2{result}} : {8{result[7:0]}};
  assign out_addr_o = wide_i ? addr_q[1 +: OutAw] : addr_q[3 +: OutAw];

  always_comb begin
    out_we_o = '0;
    if (valid_i && to_c_i) begin
      if (wide_i) begin
        out_we_o = addr_q[0] ? 8'hf0 : 8'h0f;
      end else begin
        out_we_o[addr_q[2:0]] = 1'b1;
      end
    end
  end

  assign range_o = valid_i && (!to_c_i ? |(addr_q >> ActAw)
                             : wide_i ? |(addr_q >> (OutAw + 1)) : |(addr_q >> (OutAw + 3)));

  assign block_last = value_q == block_i;

  always_comb begin
    addr_d   = addr_q;
    phase_d  = phase_q;
    target_d = target_q;
    if (valid_i) begin
      addr_d = addr_q + 16'd1;
      if (block_last) begin
        addr_d   = base_i;
        target_d = target_q + TileW'(1);
      end
      if (phase_last_i) begin
        phase_d = (phase_q + TileW'(1)) & below(log2_phases_i);
      end
    end
    if (start_i) begin
      addr_d   = base_i;
      phase_d  = '0;
      target_d = '0;
    end
  end

  always_ff @(posedge clk_i) begin
    addr_q   <= addr_d;
    // The number of the value in its block, from 1.
    if (start_i || (valid_i && block_last)) begin
      value_q <= 16'd1;
    end else if (valid_i) begin
      value_q <= value_q + 16'd1;
    end
    phase_q  <= phase_d;
    target_q <= target_d;
  end
endmodule
