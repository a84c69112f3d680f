// SPDX-License-Identifier: Apache-2.0
//
// Walks the route tables and emits one lane or item a cycle: with which parameter entry, and to
// which address each tile writes the result that it hears. RUNs and lanes come from tile 0's table.
// Of the tables of the other tiles only some fields are kept: address, source, whether the tile
// listens, and whether the source is a tile that does not exist.
//
//   cycle   0 read          1 at the outputs      2 emitted
//           raddr ------->  table entry ------->  slot: first to last lane, one a cycle

`include "tct_assert.svh"

module tct_route
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter  int unsigned Tiles      = 8,
  parameter  int unsigned Lanes      = 20,
  parameter  int unsigned RouteDepth = 512,
  localparam int unsigned RouteAw    = $clog2(RouteDepth),
  localparam int unsigned LaneW      = $clog2(Lanes),
  localparam int unsigned TileW      = Tiles > 1 ? $clog2(Tiles) : 1
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // Writes to the tables, from tct_load.
  input  logic [Tiles-1:0]   we_i,
  input  logic [RouteAw-1:0] addr_i,
  input  logic [TableW-1:0]  data_i,

  // A frame with results; its fields are constant from start_i until it has ended.
  input  logic  start_i,
  input  exec_t frame_i,
  /// A slot waits for sums or items.
  output logic  waits_o,
  /// An entry beyond the table, a lane beyond the tile, or a source beyond the tiles; an empty RUN.
  output logic  range_o,
  output logic  empty_o,

  /// All tiles of the frame are full, or hold an item; tile 0's item is the last one of its value.
  input  logic ready_i,
  input  logic item_end_i,

  // The lane or item that is emitted in this cycle. Fresh: a new value; low when the previous one
  // is written again.
  output logic                         valid_o,
  output logic                         fresh_o,
  output logic                         release_o,
  output logic [LaneW-1:0]             lane_o,
  output logic                         first_o,
  output logic                         value_last_o,
  output logic                         frame_last_o,
  output logic [FieldW-1:0]            param_o,
  /// Each tile adds this to the address of its slot.
  output logic [FieldW-1:0]            offset_o,
  output logic [Tiles-1:0][FieldW-1:0] address_o,
  output logic [Tiles-1:0][TileW-1:0]  source_o,
  output logic [Tiles-1:0]             listens_o
);
  typedef enum logic [1:0] {Idle, Run, Latch, List} state_e;
  state_e             state_d, state_q;
  logic [EntryW:0]    run_at_d, run_at_q, list_at_d, list_at_q, raddr;
  logic [EntryW-1:0]  slots, slots_q;
  logic [FieldW-1:0]  groups, groups_q;
  logic [RepeatW-1:0] reps, reps_q;
  logic               list_end_q, group_end_q, rep_end_q, single_q;
  logic [FieldW-1:0]  rep_out_d, rep_out_q, group_out_d, group_out_q, param_d, param_q;
  run_t               run, run_q;
  slot_t              slot;
  logic               read, list_read, list_last, group_last, run_last, take, done;
  logic               vector_q, latched_q, slot_valid_q, valid_q, range_q;

  // The tables.
  localparam int unsigned OwnW = FieldW + TileW + 2;
  logic [BusW-1:0]            word;
  logic                       one_lane, one_repeat, one_slot;
  logic [Tiles-1:0][OwnW-1:0] own;
  slot_t                      loaded;

  assign loaded = data_i[BusW-1:0];
  assign run    = word;
  assign slot   = word;
  assign own[0] = own_of(slot);

  function automatic logic [OwnW-1:0] own_of(slot_t from);
    return {from.listens && 32'(from.source) >= Tiles, from.listens, from.source[TileW-1:0],
            from.address};
  endfunction

  tct_ram #(.Width(TableW), .Depth(RouteDepth)) u_table (
    .clk_i, .we_i(we_i[0]), .waddr_i(addr_i), .wdata_i(data_i),
    .re_i(read), .zero_i(1'b0), .raddr_i(raddr[RouteAw-1:0]),
    .rdata_o({one_lane, one_repeat, one_slot, word})
  );
  for (genvar t = 1; t < Tiles; t++) begin : gen_own
    tct_ram #(.Width(OwnW), .Depth(RouteDepth)) u_table (
      .clk_i, .we_i(we_i[t]), .waddr_i(addr_i),
      .wdata_i(own_of(loaded)),
      .re_i(read), .zero_i(1'b0), .raddr_i(raddr[RouteAw-1:0]), .rdata_o(own[t])
    );
  end

  // Reads the next entry when none stands at the outputs, or when that one is taken.
  assign raddr      = state_q == Run ? run_at_q : list_at_q;
  assign read       = state_q inside {Run, List} && (!slot_valid_q || take);
  assign list_read  = read && state_q == List;
  assign list_last  = list_end_q;
  assign group_last = list_last && group_end_q;
  assign run_last   = group_last && rep_end_q;
  assign empty_o    = latched_q && (run_q.count == '0 || run_q.repeats == '0);

  always_comb begin
    state_d     = state_q;
    run_at_d    = run_at_q;
    list_at_d   = list_at_q;
    slots       = list_last ? run_q.count : slots_q;
    groups      = group_last ? frame_i.groups : groups_q;
    reps        = reps_q;
    rep_out_d   = rep_out_q;
    group_out_d = group_out_q;
    param_d     = param_q;
    if (read && state_q == Run) begin
      state_d  = Latch;
      run_at_d = run_at_q + (EntryW+1)'(1);
    end
    if (list_read) begin
      list_at_d = list_at_q + (EntryW+1)'(1);
      if (list_last) begin
        list_at_d   = {1'b0, run_q.first_entry};
        group_out_d = group_out_q + frame_i.out_group;
        param_d     = param_q + frame_i.param_group;
      end
      if (group_last) begin
        rep_out_d   = rep_out_q + run_q.step;
        group_out_d = rep_out_q + run_q.step;
        param_d     = frame_i.param_base;
      end
      if (run_last) begin
        state_d = run_q.last ? Idle : Run;
      end
    end
    if (state_q == Latch) begin
      state_d     = List;
      list_at_d   = {1'b0, run.first_entry};
      slots       = run.count;
      groups      = frame_i.groups;
      reps        = run.repeats;
      rep_out_d   = frame_i.out_base;
      group_out_d = frame_i.out_base;
      param_d     = frame_i.param_base;
    end
    if (start_i) begin
      state_d  = Run;
      run_at_d = {1'b0, frame_i.route};
    end
  end

  // The RUN, repetition and group to which the slot at the outputs belongs.
  logic [FieldW-1:0] slot_out_q, slot_param_q;
  logic              slot_list_last_q, slot_run_last_q;

  assign take = slot_valid_q && (!valid_q || done);

  // The slot that is being emitted.
  logic [SlotLaneW-1:0]       lane_q, last_q;
  logic [EntriesW-1:0]        entries, entries_q;
  logic                       entry_end_q, lane_end_q;
  logic                       first_q, again_q, list_last_q, run_last_q, slot_last;
  logic [FieldW-1:0]          out_q, group_q, lane_param_q, now_param_q;
  logic [Tiles-1:0][OwnW-1:0] own_q;
  logic [Tiles-1:0]           absent;

  assign waits_o      = valid_q && !again_q;
  assign fresh_o      = waits_o && ready_i;
  assign valid_o      = valid_q && (again_q || ready_i);
  assign first_o      = first_q;
  assign value_last_o = vector_q ? again_q || item_end_i : entry_end_q;
  assign slot_last    = value_last_o && lane_end_q;
  assign frame_last_o = slot_last && run_last_q;
  assign entries      = value_last_o ? frame_i.entries : entries_q;
  assign done         = valid_o && slot_last;
  assign release_o    = done && list_last_q && !vector_q;
  assign lane_o       = lane_q[LaneW-1:0];
  // The table's output comes late in the cycle, so the group's first parameter entry is added
  // behind a register.
  assign param_o      = group_q + now_param_q;
  assign offset_o     = out_q;
  assign range_o      = range_q;
  for (genvar t = 0; t < Tiles; t++) begin : gen_slot
    assign {absent[t], listens_o[t], source_o[t], address_o[t]} = own_q[t];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      state_q      <= Idle;
      slot_valid_q <= 1'b0;
      valid_q      <= 1'b0;
    end else begin
      state_q      <= state_d;
      slot_valid_q <= list_read || (slot_valid_q && !take);
      valid_q      <= take || (valid_q && !done);
    end
  end

  always_ff @(posedge clk_i) begin
    vector_q    <= frame_i.kind == KindVector;
    latched_q   <= state_q == Latch;
    range_q     <= (read && |(raddr >> RouteAw))
                   || (valid_q && !vector_q && 32'(lane_q) >= Lanes) || (valid_q && |absent);
    run_at_q    <= run_at_d;
    list_at_q   <= list_at_d;
    rep_out_q   <= rep_out_d;
    group_out_q <= group_out_d;
    param_q     <= param_d;
    if (state_q == Latch) begin
      run_q    <= run;
      single_q <= one_slot;
    end
    // Slots, groups and repetitions that are left, and whether the current one is the last.
    if (state_q == Latch || list_read) begin
      slots_q    <= slots - EntryW'(1);
      list_end_q <= state_q == Latch ? one_slot : list_last ? single_q : slots_q == EntryW'(1);
    end
    if (state_q == Latch || (list_read && list_last)) begin
      groups_q    <= groups - FieldW'(1);
      group_end_q <= state_q == Latch || group_last ? frame_i.groups == FieldW'(1)
                                                    : groups_q == FieldW'(1);
    end
    if (state_q == Latch || (list_read && group_last)) begin
      reps_q    <= reps - RepeatW'(1);
      rep_end_q <= state_q == Latch ? one_repeat : reps_q == RepeatW'(1);
    end
    if (list_read) begin
      slot_out_q       <= group_out_q;
      slot_param_q     <= param_q;
      slot_list_last_q <= list_last;
      slot_run_last_q  <= run_last && run_q.last;
    end
  end

  always_ff @(posedge clk_i) begin
    if (valid_o) begin
      first_q     <= value_last_o;
      entries_q   <= entries - EntriesW'(1);
      entry_end_q <= entries == EntriesW'(1);
      now_param_q <= now_param_q + (vector_q ? frame_i.param_lane : FieldW'(1));
      if (value_last_o) begin
        lane_q       <= lane_q + SlotLaneW'(1);
        lane_end_q   <= lane_q + SlotLaneW'(1) == last_q;
        out_q        <= out_q + frame_i.out_lane;
        lane_param_q <= lane_param_q + frame_i.param_lane;
        now_param_q  <= lane_param_q + (vector_q ? '0 : frame_i.param_lane);
        if (vector_q) lane_param_q <= lane_param_q;
      end
    end
    if (take) begin
      first_q      <= 1'b1;
      again_q      <= vector_q && slot.again;
      entries_q    <= frame_i.entries - EntriesW'(1);
      entry_end_q  <= frame_i.entries == EntriesW'(1);
      lane_q       <= slot.first;
      last_q       <= slot.last;
      lane_end_q   <= one_lane;
      out_q        <= slot_out_q;
      group_q      <= slot_param_q;
      lane_param_q <= slot.param;
      now_param_q  <= slot.param;
      own_q        <= own;
      list_last_q  <= slot_list_last_q;
      run_last_q   <= slot_run_last_q;
    end
  end

  `TCT_ASSERT(StartsWhenDone, start_i && !clear_i |-> !valid_q && !slot_valid_q && state_q == Idle)
endmodule
