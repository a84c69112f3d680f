// SPDX-License-Identifier: Apache-2.0
//
// The EXEC engine: holds the frame, starts the array, and knows when its work is complete.

module tct_exec
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter int unsigned Tiles = 8
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
  /// It finishes, but sums are left that no slot has drained: an error, known late in the cycle.
  output logic              left_o,
  output logic [FrameW-1:0] index_o,

  // tct_array.
  output exec_t frame_o,
  output logic  array_start_o,
  input  logic  array_busy_i,
  input  logic  array_last_i,
  input  logic  array_range_i,
  input  logic  array_empty_i
);
  localparam logic [SlicesW-1:0] Levels = SlicesW'($clog2(Tiles));

  exec_t frame;
  logic  unknown, absent, misplaced, empty;

  tct_slot #(.Engine(EngineExec)) u_slot (
    .clk_i, .rst_ni, .clear_i, .word_valid_i, .word_index_i, .word_i, .index_i, .ready_o,
    .loads_i, .execs_i, .stores_i, .hold_i, .frame_o(frame), .index_o, .start_o, .running_o,
    .waiting_o, .empty_o, .finish_i(finish_o)
  );
  assign frame_o = frame;

  // Errors of the frame: unknown kinds and modes; tiles from Tiles on; a vector frame without tile
  // 0, whose items say where values end; an export that does not begin at a word of bank B.
  assign unknown   = frame.kind > KindExport || frame.mode > ModeProductOfTwo;
  assign absent    = (frame.kind == KindExport
                      && (32'(frame.tile) >= Tiles || 32'(frame.tile_step) >= Tiles))
                     || (frame.kind == KindVector && !frame.mask[0]);
  assign misplaced = frame.kind == KindExport && frame.act_base[$clog2(BeatActs)-1:0] != '0;
  assign empty     = frame.groups == '0 || frame.log2_tk > Levels
                     || (frame.kind == KindMac && !frame.chain && frame.entries == '0)
                     || (frame.kind == KindExport && frame.tiles == '0)
                     || (frame.kind != KindMac && frame.chain);
  // A frame with an error starts too; clear_i stops it before it writes anything.
  assign array_start_o = start_o;

  // A frame without results ends when its columns are issued.
  assign finish_o = running_o && (frame.chain ? !array_busy_i : array_last_i);

  assign left_o = running_o && array_last_i && array_busy_i;

  always_comb begin
    error_o = ErrNone;
    if (start_o && unknown) begin
      error_o = ErrReserved;
    end else if (start_o && absent) begin
      error_o = ErrMask;
    end else if (start_o && empty) begin
      error_o = ErrSize;
    end else if ((start_o && misplaced) || (running_o && array_range_i)) begin
      error_o = ErrBank;
    end else if (running_o && array_empty_i) begin
      // Nothing to do, or results without sums.
      error_o = ErrSize;
    end
  end
endmodule
