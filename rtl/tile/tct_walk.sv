// SPDX-License-Identifier: Apache-2.0
//
// Walks a frame's part of the walk table: for each RUN, repetition and group, the segments of a
// list, cut into chunks at the words of bank B. A chunk is the address of a word, and which of its
// activations belong to the segment. A segment of 12 activations from address 5 on:
//
//   word 0: .....567   word 1: 01234567   word 2: 0.......     three chunks, of 3, 8 and 1

`include "tct_assert.svh"

module tct_walk
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter  int unsigned BankADepth = 1024,
  parameter  int unsigned BankBDepth = 4096,
  parameter  int unsigned WalkDepth  = 512,
  localparam int unsigned ColAw      = $clog2(BankADepth),
  localparam int unsigned ActAw      = $clog2(BankBDepth),
  localparam int unsigned WalkAw     = $clog2(WalkDepth),
  localparam int unsigned IdxW       = $clog2(WordW)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // Writes to the table, from tct_load.
  input  logic              walk_we_i,
  input  logic [WalkAw-1:0] walk_addr_i,
  input  logic [TableW-1:0] walk_data_i,

  // Fields of the frame, constant from start_i until busy_o falls.
  input  logic  start_i,
  input  exec_t frame_i,
  output logic  busy_o,
  /// An address of the frame is beyond a bank or the table.
  output logic  range_o,
  /// A RUN of no segment, repetition or group.
  output logic  empty_o,

  // Chunks.
  input  logic                  ready_i,
  output logic                  chunk_o,
  output logic [ActAw-IdxW-1:0] word_o,
  /// The column of the word's first activation, if that belonged to the segment.
  output logic [ColAw-1:0]      column_o,
  /// The first activation of the word that belongs to the segment, and the first one behind it.
  output logic [IdxW-1:0]       first_o,
  output logic [IdxW:0]         stop_o,
  output logic                  triple_o,
  output logic                  end_o
);

  typedef enum logic [1:0] {Idle, ReadRun, TakeRun, ReadList} state_e;

  /// Whether `count` activations from `from` on are all in one word of eight. Written out, because
  /// a carry chain or a table would be slower.
  function automatic logic fits(logic [IdxW-1:0] from, logic [IdxW:0] count);
    logic four, five;
    four = (from[2] && count[2]) || ((from[2] || count[2]) && from[1] && count[1]);
    five = from[2] && count[2] && (from[1] || count[1]);
    fits = !(five || (four && (from[0] || count[0]))
             || (count[3] && (count[2:0] != '0 || from != '0)));
  endfunction

  // The read of the table.
  state_e             state_d, state_q;
  logic [EntryW:0]    at_d, at_q, run_d, run_q;
  logic [BusW-1:0]    entry;
  logic               one_lane, one_repeat, one_segment;
  run_t               run;
  segment_t           segment;
  logic [EntryW-1:0]  list_q, count_q, segments, segments_q;
  logic [FieldW-1:0]  groups, groups_q, step_q;
  logic [RepeatW-1:0] repeats, repeats_q;
  logic               read, read_segment, last_segment, last_group, last_repeat, last_run_q;
  logic               segment_end_q, group_end_q, repeat_end_q, single_q;
  // The segment at the memory's output, and the base of its addresses.
  logic               segment_d, segment_q, ends_list_q, ends_groups_q, fresh_q, take;
  logic [FieldW-1:0]  act_q, col_q, repetition_q, act_next, col_next;
  // The segment that is being cut into chunks.
  logic               cut_d, cut_q, last, triple_q, end_q, spills, range_d, range_q, empty_q;
  logic [FieldW-1:0]  cut_act_q, cut_col_q, column;
  logic [LengthW-1:0] rest_q;
  logic [IdxW:0]      ahead;
  logic [IdxW:0]      stop;

  tct_ram #(.Width(TableW), .Depth(WalkDepth)) u_table (
    .clk_i, .we_i(walk_we_i), .waddr_i(walk_addr_i), .wdata_i(walk_data_i),
    .re_i(read), .zero_i(1'b0), .raddr_i(at_q[WalkAw-1:0]),
    .rdata_o({one_lane, one_repeat, one_segment, entry})
  );
  assign run     = entry;
  assign segment = entry;

  assign take         = segment_q && (!cut_q || (chunk_o && last));
  assign read         = (state_q == ReadRun || state_q == ReadList) && (!segment_q || take);
  assign read_segment = read && state_q == ReadList;
  assign last_segment = segment_end_q;
  assign last_group   = last_segment && group_end_q;
  assign last_repeat  = last_group && repeat_end_q;
  assign segment_d    = read_segment || (segment_q && !take);
  assign busy_o       = state_q != Idle || segment_q || cut_q;

  always_comb begin
    state_d = state_q;
    at_d    = at_q + (EntryW+1)'(1);
    run_d   = run_q;
    unique case (state_q)
      ReadRun: begin
        run_d = at_q + (EntryW+1)'(1);
        if (read) begin
          state_d = TakeRun;
        end
      end
      TakeRun: begin
        state_d = ReadList;
        at_d    = {1'b0, run.first_entry};
      end
      ReadList: begin
        if (last_segment) begin
          at_d = {1'b0, list_q};
        end
        if (last_repeat) begin
          at_d = run_q;
        end
        if (read && last_repeat) begin
          state_d = last_run_q ? Idle : ReadRun;
        end
      end
      default: at_d = {1'b0, frame_i.walk};
    endcase
    if (start_i) begin
      state_d = ReadRun;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      state_q   <= Idle;
      segment_q <= 1'b0;
      cut_q     <= 1'b0;
      fresh_q   <= 1'b0;
      range_q   <= 1'b0;
      empty_q   <= 1'b0;
    end else begin
      state_q   <= state_d;
      segment_q <= segment_d;
      cut_q     <= cut_d;
      fresh_q   <= state_q == TakeRun;
      range_q   <= range_d;
      empty_q   <= fresh_q && (count_q == '0 || repeats_q == '1 || frame_i.groups == '0);
    end
  end

  // Segments, groups and repetitions that are left, and whether the current one is the last.
  assign segments = state_q == TakeRun ? run.count : last_segment ? count_q : segments_q;
  assign groups   = state_q == TakeRun || last_group ? frame_i.groups : groups_q;
  assign repeats  = state_q == TakeRun ? run.repeats : repeats_q;

  always_ff @(posedge clk_i) begin
    if (read || state_q == TakeRun || state_q == Idle) begin
      at_q  <= at_d;
      run_q <= run_d;
    end
    if (state_q == TakeRun) begin
      list_q     <= run.first_entry;
      count_q    <= run.count;
      single_q   <= one_segment;
      step_q     <= run.step;
      last_run_q <= run.last;
    end
    if (state_q == TakeRun || read) begin
      segments_q    <= segments - EntryW'(1);
      segment_end_q <= state_q == TakeRun ? one_segment
                       : last_segment ? single_q : segments_q == EntryW'(1);
    end
    if (state_q == TakeRun || (read && last_segment)) begin
      groups_q    <= groups - FieldW'(1);
      group_end_q <= state_q == TakeRun || last_group ? frame_i.groups == FieldW'(1)
                                                      : groups_q == FieldW'(1);
    end
    if (state_q == TakeRun || (read && last_group)) begin
      repeats_q    <= repeats - RepeatW'(1);
      repeat_end_q <= state_q == TakeRun ? one_repeat : repeats_q == RepeatW'(1);
    end
    if (read) begin
      ends_list_q   <= last_segment;
      ends_groups_q <= last_group;
    end
  end

  // Base addresses of a list; they step on when its last segment is taken.
  assign act_next = (fresh_q || ends_groups_q ? repetition_q : act_q)
                    + (fresh_q ? frame_i.act_base : ends_groups_q ? step_q : frame_i.act_group);
  assign col_next = col_q + frame_i.col_group;

  always_ff @(posedge clk_i) begin
    if (state_q == TakeRun) begin
      repetition_q <= run.start;
    end else if (fresh_q || (take && ends_groups_q)) begin
      repetition_q <= act_next;
    end
    if (fresh_q || (take && ends_list_q)) begin
      act_q <= act_next;
      col_q <= fresh_q || ends_groups_q ? frame_i.column_base : col_next;
    end
  end

  // Chunks.
  assign chunk_o  = cut_q && ready_i;
  assign first_o  = cut_act_q[IdxW-1:0];
  assign stop     = (IdxW+1)'(first_o) + rest_q[IdxW:0];
  assign last     = rest_q[LengthW-1:IdxW+1] == '0 && fits(first_o, rest_q[IdxW:0]);
  assign stop_o   = last ? stop : (IdxW+1)'(WordW);
  assign word_o   = cut_act_q[ActAw-1:IdxW];
  assign column   = cut_col_q - FieldW'(first_o);
  assign column_o = column[ColAw-1:0];
  assign triple_o = triple_q;
  assign end_o    = end_q && last;
  assign cut_d    = take || (cut_q && !(chunk_o && last));

  // Go on to the next word, or to the next segment.
  assign ahead = (IdxW+1)'(WordW) - (IdxW+1)'(first_o);

  always_ff @(posedge clk_i) begin
    if (take || chunk_o) begin
      cut_act_q <= (take ? act_q : cut_act_q) + (take ? segment.act : FieldW'(ahead));
      cut_col_q <= (take ? col_q : cut_col_q) + (take ? segment.column : FieldW'(ahead));
      rest_q    <= take ? segment.length : rest_q - LengthW'(ahead);
      triple_q  <= take && segment.triple;
    end
    if (take) begin
      end_q <= segment.ends;
    end
  end

  // Range errors: the first or last column of a chunk, its activations, or an entry of the table.
  always_comb begin
    range_d = |cut_act_q[FieldW-1:ActAw];
    if (frame_i.kind == KindMac) begin
      range_d |= |cut_col_q[FieldW-1:ColAw];
      range_d |= spills && &column[ColAw-1:IdxW] ? !(&column[FieldW-1:ColAw])
                                                 : |column[FieldW-1:ColAw];
    end
    range_d &= chunk_o && rest_q != '0;
    range_d |= read && |at_q[EntryW:WalkAw];
  end
  assign spills  = (IdxW+2)'(column[IdxW-1:0]) + (IdxW+2)'(stop_o) > (IdxW+2)'(WordW);
  assign range_o = range_q;
  assign empty_o = empty_q;

  `TCT_ASSERT(KnowsTheLast, last == (LengthW'(first_o) + rest_q <= LengthW'(WordW)
                                     && rest_q < LengthW'(2 * WordW)))
  `TCT_ASSERT(StartsWhenIdle, start_i && !clear_i |-> !busy_o)
  `TCT_ASSERT(TakesARunAlone, fresh_q || state_q == TakeRun |-> !segment_q)
endmodule
