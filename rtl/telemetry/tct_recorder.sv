// SPDX-License-Identifier: Apache-2.0
//
// Writes a record of eight words (docs/fabric.md) for every frame into a ring of its engine; all
// rings are in one memory. Two words make a row, and four rows a record:
//
//   row 0       what the frame is, and the cycle in which it started
//   rows 1-3    when it has finished: the cycle of its end, and its counts (LOAD, STORE: two rows)
//
// The engine's next frame is held until these rows are written and its ring has room.

`include "tct_assert.svh"

module tct_recorder
  import tct_pkg::*, tct_frame_pkg::*, tct_counter_pkg::tile_events_t, tct_counter_pkg::IncW;
#(
  parameter int unsigned Tiles = 8
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,
  /// First cycle of a program, and whether it is recorded.
  input  logic check_i,
  input  logic on_i,

  // From the engines LOAD, EXEC and STORE: their frames, and how many beats each frame moves.
  input  logic [Engines-1:0]             start_i,
  input  logic [Engines-1:0]             finish_i,
  input  logic [Engines-1:0][FrameW-1:0] index_i,
  input  logic [Engines-1:0][LayerW-1:0] layer_i,
  input  logic [Engines-1:0][KindW-1:0]  kind_i,
  input  logic [Engines-1:0][BeatsW-1:0] beats_i,
  /// The engine waits for the bus.
  input  logic [Engines-1:0]             stall_i,
  input  tile_events_t [Tiles-1:0]       events_i,
  /// The engine must not start its next frame.
  output logic [Engines-1:0]             hold_o,
  /// A record is not in memory yet.
  output logic                           busy_o,

  // To tct_wdma: a record waits; it is taken, its words are read in turn, and it is released.
  output logic                  valid_o,
  input  logic                  take_i,
  input  logic                  read_i,
  input  logic [WordIndexW-1:0] word_i,
  output logic [BusW-1:0]       data_o,
  input  logic                  done_i
);
  localparam int unsigned SlotW  = 5;
  localparam int unsigned Most   = (1 << SlotW) - 1;
  localparam int unsigned CountW = BusW / 2;
  localparam int unsigned RowW   = KindW + BusW;
  localparam int unsigned Groups = (Tiles + 3) / 4;
  localparam int unsigned PartW  = IncW + 2;
  localparam int unsigned TotalW = IncW + $clog2(Tiles) + 1;

  // Events become rows, one a cycle: first rows 0, EXEC before LOAD before STORE.
  logic                           on_q, opening, write;
  logic [Engines-1:0]             opened_q, head_q, ready, pending, served;
  logic [Engines-1:0][1:0]        row_d, row_q;
  logic [Engines-1:0][SlotW-1:0]  fill_d, fill_q, drain_d, drain_q, used_q;
  logic [Engines-1:0]             filled, drained, full_q;
  logic [CountW-1:0]              now_q, low, high;
  logic [Engines-1:0][CountW-1:0] time_q;
  logic [1:0]                     row;
  engine_e                        engine, from_q;

  // A row is chosen in one cycle and written in the next; the last row of a record is never read
  // that soon.
  logic             write_q;
  logic [SlotW+3:0] place_q;
  engine_e          chosen;
  assign chosen = engine_e'(place_q[SlotW+3:SlotW+2]);

  // Counts of the EXEC frame, and of the LOAD and STORE frames.
  logic [CountW-1:0]              columns_q, issued_q, act_q, wgt_q;
  logic [Engines-1:0][CountW-1:0] stalls_q;
  logic [Engines-1:0][BeatsW-1:0] beats_q;

  always_comb begin
    opening = |head_q;
    for (int unsigned e = 0; e < Engines; e++) begin
      pending[e] = opening ? head_q[e] : row_q[e] != '0;
      ready[e]   = used_q[e] != '0;
      hold_o[e]  = on_q && (row_q[e] != '0 || full_q[e]);
    end
    engine = pending[EngineExec] ? EngineExec : pending[EngineLoad] ? EngineLoad : EngineStore;
    write  = |pending;
    row    = opening ? 2'd0 : row_q[engine];
    for (int unsigned e = 0; e < Engines; e++) begin
      served[e] = write && 32'(engine) == e;
      row_d[e]  = row_q[e];
      fill_d[e] = fill_q[e];
      if (served[e] && !opening) begin
        // LOAD and STORE have no row 2.
        row_d[e] = row_q[e] == 2'd1 && e != 32'(EngineExec) ? 2'd3 : row_q[e] + 2'd1;
        if (row_q[e] == '1) fill_d[e] = fill_q[e] + 1'b1;
      end
      filled[e]  = served[e] && !opening && row_q[e] == '1;
      drained[e] = done_i && 32'(from_q) == e;
      if (finish_i[e] && on_q) row_d[e] = 2'd1;
    end
  end
  assign busy_o  = opening || row_q != '0 || |ready;
  assign valid_o = on_q && |ready;

  always_comb begin
    unique case (place_q[1:0])
      2'd0: {high, low} = {time_q[chosen], layer_i[chosen], index_i[chosen]};
      2'd1: {high, low} = {act_q, time_q[chosen]};
      2'd2: {high, low} = {act_q, issued_q};
      default: begin
        {high, low} = chosen == EngineExec ? {columns_q, wgt_q}
                      : {stalls_q[chosen], CountW'(beats_q[chosen])};
      end
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i || check_i) begin
      on_q     <= check_i && on_i;
      opened_q <= '0;
      head_q   <= '0;
      row_q    <= '0;
      // In an abort, a burst that has begun still reads its record.
      if (check_i || !rst_ni) begin
        fill_q  <= '0;
        drain_q <= '0;
        used_q  <= '0;
        full_q  <= '0;
      end
    end else begin
      opened_q <= start_i & {Engines{on_q}};
      head_q   <= (start_i & {Engines{on_q}}) | (head_q & ~(served & {Engines{opening}}));
      row_q    <= row_d;
      fill_q   <= fill_d;
      drain_q  <= drain_d;
      // Number of records in a ring, and whether it is full.
      for (int unsigned e = 0; e < Engines; e++) begin
        if (filled[e] != drained[e]) begin
          used_q[e] <= used_q[e] + (drained[e] ? '1 : SlotW'(1));
          full_q[e] <= filled[e] && used_q[e] == SlotW'(Most - 1);
        end
      end
    end
  end

  always_ff @(posedge clk_i) begin
    write_q <= write;
    place_q <= {engine, fill_q[engine], row};
  end

  // Counts of a frame. Those of the tiles come some cycles late, but before the row that has them.
  logic [2:0][Groups-1:0][PartW-1:0] part_d, part_q;
  logic [2:0][TotalW-1:0]            total_d, total_q;
  logic [TotalW+1:0]                 all_q;

  always_comb begin
    part_d  = '0;
    total_d = '0;
    for (int unsigned t = 0; t < Tiles; t++) begin
      part_d[0][t/4] = part_d[0][t/4] + PartW'(events_i[t].issued);
      part_d[1][t/4] = part_d[1][t/4] + PartW'(events_i[t].skip_act);
      part_d[2][t/4] = part_d[2][t/4] + PartW'(events_i[t].skip_wgt);
    end
    for (int unsigned g = 0; g < Groups; g++) begin
      for (int unsigned i = 0; i < 3; i++) begin
        total_d[i] = total_d[i] + TotalW'(part_q[i][g]);
      end
    end
  end

  always_ff @(posedge clk_i) begin
    now_q     <= check_i ? CountW'(1) : now_q + CountW'(1);
    part_q    <= part_d;
    total_q   <= total_d;
    all_q     <= (TotalW+2)'(total_q[0]) + (TotalW+2)'(total_q[1]) + (TotalW+2)'(total_q[2]);
    issued_q  <= opened_q[EngineExec] ? '0 : issued_q + CountW'(total_q[0]);
    act_q     <= opened_q[EngineExec] ? '0 : act_q + CountW'(total_q[1]);
    wgt_q     <= opened_q[EngineExec] ? '0 : wgt_q + CountW'(total_q[2]);
    columns_q <= opened_q[EngineExec] ? '0 : columns_q + CountW'(all_q);
    for (int unsigned e = 0; e < Engines; e++) begin
      if (start_i[e] || finish_i[e]) time_q[e] <= now_q;
      if (opened_q[e]) beats_q[e] <= beats_i[e];
      stalls_q[e] <= opened_q[e] ? '0 : stalls_q[e] + CountW'(stall_i[e]);
    end
  end

  // The record that is being read: words 2i and 2i + 1 are the halves of row i, but for columns,
  // which come with the last row.
  engine_e               from;
  logic [WordIndexW-1:0] word_q;
  logic [1:0]            from_row;
  logic                  absent;
  logic [RowW-1:0]       found;

  assign from     = !take_i ? from_q : ready[EngineLoad] ? EngineLoad
                    : ready[EngineExec] ? EngineExec : EngineStore;
  assign from_row = word_i == 3'd3 ? 2'd3 : word_i[2:1];
  assign absent   = from == EngineExec ? word_i == 3'd7 : word_i inside {[3'd3:3'd6]};

  always_comb begin
    drain_d = drain_q;
    if (done_i) drain_d[from_q] = drain_q[from_q] + 1'b1;
  end

  always_ff @(posedge clk_i) begin
    from_q <= from;
    if (read_i) word_q <= word_i;
  end

  tct_ram #(.Width(RowW), .Depth(4 << (SlotW + 2))) u_rows (
    .clk_i, .we_i(write_q), .waddr_i(place_q),
    .wdata_i({kind_i[chosen], high, low}), .re_i(read_i),
    .zero_i(read_i && absent), .raddr_i({from, drain_q[from], from_row}), .rdata_o(found)
  );

  always_comb begin
    data_o = {32'd0, word_q[0] ? found[63:32] : found[31:0]};
    if (word_q == 3'd0) begin
      // Layer, kind, opcode and number of the frame.
      data_o = {16'd0, found[FrameW +: LayerW], 5'd0, found[BusW +: KindW], 8'(from_q) + 8'd1,
                found[FrameW-1:0]};
    end else if (word_q == 3'd7) begin
      data_o = found[63:0];
    end
  end

  for (genvar e = 0; e < Engines; e++) begin : gen_counts
    `TCT_ASSERT(CountsTheRing, used_q[e] == SlotW'(fill_q[e] - drain_q[e])
                               && full_q[e] == (used_q[e] == SlotW'(Most)))
  end
  `TCT_ASSERT(ReadsWhatIsWritten,
              !(read_i && write_q && place_q == {from, drain_q[from], from_row}))
  `TCT_ASSERT(HeadBeforeEnd, (finish_i & head_q) == '0)
  `TCT_ASSERT(HeldUntilWritten, !on_q || (start_i & hold_o) == '0)
  `TCT_ASSERT(TakesWhatThereIs, take_i |-> valid_o)
endmodule
