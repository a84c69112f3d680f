// SPDX-License-Identifier: Apache-2.0
//
// The LOAD engine: reads the beats of a frame and turns them into weight columns, activations,
// parameter entries or entries of the tables. After each slice it turns the mask, so that the next
// slice goes to other tiles.

module tct_load
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter  int unsigned Tiles      = 8,
  parameter  int unsigned Lanes      = 20,
  parameter  int unsigned BankADepth = 1024,
  parameter  int unsigned BankBDepth = 4096,
  parameter  int unsigned ParamDepth = 512,
  parameter  int unsigned WalkDepth  = 512,
  parameter  int unsigned RouteDepth = 512,
  localparam int unsigned ColAw      = $clog2(BankADepth),
  localparam int unsigned ActAw      = $clog2(BankBDepth),
  localparam int unsigned ParamAw    = $clog2(ParamDepth),
  localparam int unsigned WalkAw     = $clog2(WalkDepth),
  localparam int unsigned RouteAw    = $clog2(RouteDepth),
  localparam int unsigned BeatW      = $clog2(BeatActs),
  localparam int unsigned MapIndexW  = $clog2(MapW)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // Words of its frames, from tct_dispatch.
  input  logic                  word_valid_i,
  input  logic [WordIndexW-1:0] word_index_i,
  input  logic [BusW-1:0]       word_i,
  input  logic [FrameW-1:0]     index_i,
  output logic                  ready_o,

  // Frames that each engine has finished, from tct_sequencer; start and end of the frame at hand.
  input  logic [FrameW-1:0] loads_i,
  input  logic [FrameW-1:0] execs_i,
  input  logic [FrameW-1:0] stores_i,
  input  logic              hold_i,
  output logic              start_o,
  output logic              running_o,
  output logic              waiting_o,
  output logic              empty_o,
  output logic              finish_o,
  output err_e              error_o,
  output logic [FrameW-1:0] index_o,
  // For the record of the frame, to tct_recorder.
  output logic [LayerW-1:0] layer_o,
  output logic [KindW-1:0]  kind_o,
  output logic [BeatsW-1:0] moves_o,

  // Requests to tct_rdma, and its beats.
  output logic                request_o,
  output logic [AddressW-1:0] address_o,
  output logic [BeatsW-1:0]   beats_o,
  input  logic                grant_i,
  input  logic [BurstW-1:0]   grant_beats_i,
  input  logic                beat_valid_i,
  input  logic [BusW-1:0]     beat_i,
  output logic                beat_ready_o,

  // Writes to the banks and tables of the tiles that the mask names.
  /// The write-back uses bank B in this cycle.
  input  logic                          writing_i,
  output logic [Tiles-1:0]              col_we_o,
  output logic [ColAw-1:0]              col_addr_o,
  output logic [Lanes-1:0][TritW-1:0]   col_data_o,
  output logic [MapW-1:0]               col_bits_o,
  output logic [Tiles-1:0]              act_we_o,
  output logic [ActAw-BeatW-1:0]        act_addr_o,
  output logic [BeatActs-1:0][ActW-1:0] act_data_o,
  output logic [Tiles-1:0]              param_we_o,
  output logic [ParamAw-1:0]            param_addr_o,
  output logic [ParamW-1:0]             param_data_o,
  output logic [Tiles-1:0]              walk_we_o,
  output logic [WalkAw-1:0]             walk_addr_o,
  output logic [Tiles-1:0]              route_we_o,
  output logic [RouteAw-1:0]            route_addr_o,
  output logic [TableW-1:0]             table_data_o
);
  load_t                       frame;
  logic [AddressW-1:0]         address_d, address_q;
  logic [BeatsW-1:0]           asked_d, asked_q, got_q, slice_q;
  logic [Tiles-1:0]            mask_d, mask_q;
  logic [FieldW-1:0]           at_d, at_q;
  logic                        ends_d, ends_q, half_d, half_q;
  logic [BusW-1:0]             first_q;
  logic [MapW-1:0]             seen_d, seen_q;
  logic [Lanes-1:0][TritW-1:0] column;
  logic                        weights_q, acts_q, params_q, walk_q, route_q;
  logic                        beat, slice_last, next_slice, placed, misplaced, beyond;
  logic                        slice_last_q, column_q, nonzero, nonzero_q, beyond_q, illegal_q;
  logic                        gear_ready, gear_valid, gear_illegal, gear_last, gear_empty;
  logic                        complete, ragged, ragged_q;

  tct_slot #(.Engine(EngineLoad)) u_slot (
    .clk_i, .rst_ni, .clear_i, .word_valid_i, .word_index_i, .word_i, .index_i, .ready_o,
    .loads_i, .execs_i, .stores_i, .hold_i, .frame_o(frame), .index_o, .start_o, .running_o,
    .waiting_o, .empty_o, .finish_i(finish_o)
  );

  assign layer_o      = frame.layer;
  assign kind_o       = frame.bank;
  assign moves_o      = frame.beats;
  assign request_o    = running_o && asked_q != '0;
  assign address_o    = address_q;
  assign beats_o      = asked_q;
  assign beat_ready_o = weights_q ? gear_ready : !(acts_q && writing_i);
  assign beat         = beat_valid_i && beat_ready_o && running_o;
  assign slice_last   = slice_last_q;
  assign complete     = running_o && got_q == frame.beats;
  assign finish_o     = complete && gear_empty;

  tct_gearbox #(.Lanes(Lanes)) u_gearbox (
    .clk_i, .rst_ni, .clear_i, .valid_i(beat_valid_i && weights_q && running_o), .beat_i,
    .ready_o(gear_ready), .valid_o(gear_valid), .column_o(column), .nonzero_o(nonzero),
    .illegal_o(gear_illegal), .last_o(gear_last), .empty_o(gear_empty)
  );

  // Something is placed in this cycle: a column, or a beat; of two beats of a parameter entry, the
  // second.
  assign placed     = weights_q ? gear_valid : beat && (!params_q || half_q);
  assign next_slice = weights_q ? gear_valid && gear_last && ends_q : beat && slice_last;

  // Columns and entries of the tables are written a cycle later. That is before a frame that waits
  // for this one can read them, and only the loader writes there.
  logic [Tiles-1:0]            col_we_q, walk_we_q, route_we_q;
  logic [ColAw-1:0]            col_addr_q;
  logic [Lanes-1:0][TritW-1:0] col_data_q;
  logic [WalkAw-1:0]           walk_addr_q;
  logic [RouteAw-1:0]          route_addr_q;
  logic [TableW-1:0]           table_data_q;

  assign col_we_o     = col_we_q;
  assign col_addr_o   = col_addr_q;
  assign col_data_o   = col_data_q;
  assign col_bits_o   = seen_d;
  assign walk_we_o    = walk_we_q;
  assign walk_addr_o  = walk_addr_q;
  assign route_we_o   = route_we_q;
  assign route_addr_o = route_addr_q;
  assign table_data_o = table_data_q;

  always_comb begin
    seen_d = col_addr_q[MapIndexW-1:0] == '0 ? '0 : seen_q;
    seen_d[col_addr_q[MapIndexW-1:0]] = nonzero_q;
  end

  assign act_we_o   = {Tiles{placed && acts_q}} & mask_q;
  assign act_addr_o = at_q[ActAw-1:BeatW];
  always_comb begin
    for (int unsigned i = 0; i < BeatActs; i++) begin
      act_data_o[i] = {frame.signed_bytes && beat_i[8*i+7], beat_i[8*i +: 8]} - frame.zero_point;
    end
  end

  assign param_we_o   = {Tiles{placed && params_q}} & mask_q;
  assign param_addr_o = at_q[ParamAw-1:0];
  assign param_data_o = {beat_i[ParamW-BusW-1:0], first_q};

  // An entry is stored with bits that its readers need in the same cycle: whether a SLOT has one
  // lane, and whether a RUN has one repetition and one entry in its list.
  run_t  run;
  slot_t slot;
  assign run  = beat_i;
  assign slot = beat_i;

  always_ff @(posedge clk_i) begin
    col_we_q     <= {Tiles{weights_q && gear_valid}} & mask_q;
    walk_we_q    <= {Tiles{placed && walk_q}} & mask_q;
    route_we_q   <= {Tiles{placed && route_q}} & mask_q;
    col_addr_q   <= at_q[ColAw-1:0];
    col_data_q   <= column;
    column_q     <= gear_valid;
    nonzero_q    <= nonzero;
    walk_addr_q  <= at_q[WalkAw-1:0];
    route_addr_q <= at_q[RouteAw-1:0];
    table_data_q <= {slot.first == slot.last, run.repeats == RepeatW'(1), run.count == EntryW'(1),
                     beat_i};
  end

  assign misplaced = frame.bank > BankRoute
                     || (frame.bank == BankWeights && frame.base[MapIndexW-1:0] != '0)
                     || (frame.bank == BankActivations && frame.base[BeatW-1:0] != '0);
  assign beyond    = (weights_q && |at_q[FieldW-1:ColAw]) || (acts_q && |at_q[FieldW-1:ActAw])
                     || (params_q && |at_q[FieldW-1:ParamAw]) || (walk_q && |at_q[FieldW-1:WalkAw])
                     || (route_q && |at_q[FieldW-1:RouteAw]);

  // A slice ends with a whole column, or a whole parameter entry.
  assign ragged = weights_q ? ends_q && !gear_last && (beat || !gear_valid)
                          : params_q && beat && slice_last && !half_q;

  // An error of what was placed last is reported when the frame finishes, at the latest.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      beyond_q  <= 1'b0;
      illegal_q <= 1'b0;
      ragged_q  <= 1'b0;
    end else begin
      beyond_q  <= placed && beyond;
      illegal_q <= gear_illegal;
      ragged_q  <= ragged;
    end
  end

  always_comb begin
    error_o = ErrNone;
    if (start_o && (frame.beats == '0 || frame.slice_beats == '0)) begin
      error_o = ErrSize;
    end else if (start_o && 32'(frame.rotate) > Tiles) begin
      error_o = ErrMask;
    end else if (ragged_q || (complete && (params_q ? half_q : !gear_valid && !gear_empty))) begin
      error_o = ErrSize;
    end else if ((start_o && misplaced) || beyond_q) begin
      error_o = ErrBank;
    end else if (illegal_q) begin
      error_o = ErrPt5;
    end
  end

  always_comb begin
    address_d = address_q;
    asked_d   = asked_q;
    mask_d    = mask_q;
    at_d      = at_q;
    half_d    = half_q ^ beat;
    ends_d    = ends_q;
    if (grant_i) begin
      address_d = address_q + AddressW'({grant_beats_i, ByteW'(0)});
      asked_d   = asked_q - BeatsW'(grant_beats_i);
    end
    if (placed) begin
      at_d = at_q + (acts_q ? FieldW'(BeatActs) : FieldW'(1));
    end
    if (next_slice) begin
      at_d   = frame.base;
      mask_d = (mask_q << frame.rotate) | (mask_q >> (TilesW'(Tiles) - TilesW'(frame.rotate)));
      ends_d = 1'b0;
    end
    if (beat && slice_last) begin
      ends_d = 1'b1;
    end
    if (start_o) begin
      address_d = frame.address;
      asked_d   = frame.beats;
      mask_d    = frame.mask[Tiles-1:0];
      at_d      = frame.base;
      half_d    = 1'b0;
      ends_d    = 1'b0;
    end
  end

  // Registered: these depend on the frame alone and are known long before the first beat.
  always_ff @(posedge clk_i) begin
    weights_q <= frame.bank == BankWeights;
    acts_q    <= frame.bank == BankActivations;
    params_q  <= frame.bank == BankParameters;
    walk_q    <= frame.bank == BankWalk;
    route_q   <= frame.bank == BankRoute;
  end

  always_ff @(posedge clk_i) begin
    address_q <= address_d;
    asked_q   <= asked_d;
    mask_q    <= mask_d;
    at_q      <= at_d;
    half_q    <= half_d;
    ends_q    <= ends_d;
    // Beats taken; beats left in the slice; whether the next beat is the last of the slice.
    if (start_o) begin
      got_q <= '0;
    end else if (beat) begin
      got_q <= got_q + BeatsW'(1);
    end
    if (start_o || (beat && slice_last)) begin
      slice_q      <= frame.slice_beats;
      slice_last_q <= frame.slice_beats == BeatsW'(1);
    end else if (beat) begin
      slice_q      <= slice_q - BeatsW'(1);
      slice_last_q <= slice_q == BeatsW'(2);
    end
    if (beat) begin
      first_q <= beat_i;
    end
    if (column_q) begin
      seen_q <= seen_d;
    end
  end
endmodule
