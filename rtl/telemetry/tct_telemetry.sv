// SPDX-License-Identifier: Apache-2.0
//
// Every counter of the fabric, behind one read port. The addresses are those of the TELEMETRY
// registers in csr/tct_csr_regs.rdl.

module tct_telemetry
  import tct_pkg::RegisterW, tct_counter_pkg::*;
#(
  parameter int unsigned Tiles     = 8,
  parameter int unsigned Lanes     = 20,
  parameter int unsigned Telemetry = 1
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // The events of this cycle.
  input  fabric_events_t              events_i,
  input  tile_events_t [Tiles-1:0]    tile_events_i,
  input  logic [Tiles-1:0]            overflow_i,
  input  logic [Tiles-1:0][Lanes-1:0] active_i,
  output logic [RegisterW-1:0]        overflow_o,

  // A read of one half of a counter by its address, from tct_csr, held until it is answered.
  input  logic                 read_i,
  input  logic [AddrW-1:0]     addr_i,
  output logic                 valid_o,
  output logic [RegisterW-1:0] half_o
);
  // First the group of counters of the fabric, then one group for each tile.
  localparam int unsigned Groups = Tiles + 1;
  localparam int unsigned GroupW = $clog2(Groups);
  localparam int unsigned LaneW  = $clog2(Lanes);
  localparam int unsigned LaneIndexW = $clog2(Tiles << LaneW);

  logic [Tiles-1:0] overflow_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      overflow_q <= '0;
    end else begin
      overflow_q <= (clear_i ? '0 : overflow_q) | overflow_i;
    end
  end
  assign overflow_o = RegisterW'(overflow_q);

  if (Telemetry == 0) begin : gen_none
    assign valid_o = read_i;
    assign half_o  = '0;
  end else begin : gen_tiles
    localparam logic [Slots*Groups-1:0] Single = {{Tiles{TileSingle}}, FabricSingle};

    increments_t [Groups-1:0] inc;
    logic [SlotW-1:0]         slot;
    logic [GroupW-1:0]        group;
    logic                     lane_space, tile_space, high, read, valid;
    logic [RegisterW-1:0]     half;

    always_comb begin
      inc[0] = fabric_increments(events_i);
      for (int unsigned t = 0; t < Tiles; t++) begin
        inc[t+1] = tile_increments(tile_events_i[t]);
      end
    end

    // The address map has room for more tiles, lanes and counters than this configuration has.
    logic absent_q;
    assign lane_space = addr_i[LaneBit];
    assign tile_space = addr_i[TileBit];
    assign slot       = addr_i[TileLow-1:SlotLow];

    always_ff @(posedge clk_i) begin
      if (lane_space) begin
        absent_q <= Telemetry < 2 || 32'(addr_i[LaneBit-1:LaneTileLow]) >= Tiles
                    || 32'(addr_i[LaneTileLow-1:LaneLow]) >= Lanes;
      end else if (tile_space) begin
        absent_q <= 32'(addr_i[LaneBit-1:TileTop]) != 1 << (TileBit - TileTop)
                    || 32'(addr_i[TileTop-1:TileLow]) >= Tiles || 32'(slot) >= TileCounters;
      end else begin
        absent_q <= addr_i[LaneBit-1:TileLow] != '0 || 32'(slot) >= FabricCounters;
      end
    end

    // A lane's skipped columns are its tile's columns minus its active ones.
    assign group = lane_space ? GroupW'(addr_i[LaneBit-1:LaneTileLow]) + GroupW'(1)
                   : tile_space ? GroupW'(addr_i[TileTop-1:TileLow]) + GroupW'(1) : '0;

    tct_tally #(
      .Sources(Slots * Groups), .IncW(IncW), .Most(Most), .Single(Single)
    ) u_tally (
      .clk_i, .rst_ni, .clear_i, .inc_i(inc), .read_i(read),
      .index_i({group, lane_space ? TileColumns : slot}), .high_i(high), .valid_o(valid),
      .half_o(half)
    );

    if (Telemetry < 2) begin : gen_no_lanes
      assign read    = read_i;
      assign high    = addr_i[2];
      assign valid_o = valid;
      assign half_o  = absent_q ? '0 : half;
    end else begin : gen_lanes
      localparam int unsigned LaneSources = Tiles << LaneW;
      logic [Tiles-1:0][(1<<LaneW)-1:0] lane_inc;
      logic                             lane_valid, high_q, done_q;
      logic [1:0]                       have_q;
      logic [RegisterW-1:0]             lane_half;
      logic [1:0][RegisterW-1:0]        tile_q, lane_q;
      logic [2*RegisterW-1:0]           count;

      always_comb begin
        lane_inc = '0;
        for (int unsigned t = 0; t < Tiles; t++) begin
          lane_inc[t][Lanes-1:0] = active_i[t];
        end
      end

      tct_tally #(.Sources(LaneSources)) u_lanes (
        .clk_i, .rst_ni, .clear_i, .inc_i(lane_inc), .read_i(read_i && !have_q[1] && !done_q),
        .index_i(LaneIndexW'({addr_i[LaneBit-1:LaneTileLow], addr_i[LaneLow +: LaneW]})),
        .high_i(high_q), .valid_o(lane_valid), .half_o(lane_half)
      );

      // Both halves of both counts are read, then subtracted.
      assign read = read_i && !have_q[0] && !done_q;
      assign high = high_q;

      always_ff @(posedge clk_i) begin
        if (!rst_ni) begin
          have_q <= '0;
          high_q <= 1'b0;
          done_q <= 1'b0;
        end else begin
          have_q <= have_q == '1 ? '0 : have_q | {lane_valid, valid};
          high_q <= high_q ^ (have_q == '1);
          done_q <= high_q && have_q == '1;
        end
      end
      always_ff @(posedge clk_i) begin
        if (valid) tile_q[high_q] <= half;
        if (lane_valid) lane_q[high_q] <= lane_half;
      end

      assign count   = !lane_space ? tile_q
                       : addr_i[SlotLow] == LaneSkipped ? tile_q - lane_q : lane_q;
      assign valid_o = done_q;
      assign half_o  = absent_q ? '0
                       : addr_i[2] ? count[2*RegisterW-1:RegisterW] : count[RegisterW-1:0];
    end
  end
endmodule
