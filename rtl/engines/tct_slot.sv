// SPDX-License-Identifier: Apache-2.0
//
// An engine's place in the program: the next frame is taken in while this one waits or runs, and a
// frame starts when the counts of finished frames that it names have been reached.

`include "tct_assert.svh"

module tct_slot
  import tct_pkg::*, tct_frame_pkg::*;
#(
  /// The engine: it need not wait for its own frames, they run in order.
  parameter engine_e Engine = EngineLoad
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // Words of a frame, in order; the last one makes it complete.
  input  logic                  word_valid_i,
  input  logic [WordIndexW-1:0] word_index_i,
  input  logic [BusW-1:0]       word_i,
  input  logic [FrameW-1:0]     index_i,
  output logic                  ready_o,

  // Frames that each engine has finished.
  input  logic [FrameW-1:0] loads_i,
  input  logic [FrameW-1:0] execs_i,
  input  logic [FrameW-1:0] stores_i,

  /// No frame may start.
  input  logic hold_i,

  // The frame at hand, and what becomes of it.
  output logic [FrameWords*BusW-1:0] frame_o,
  output logic [FrameW-1:0]          index_o,
  output logic                       start_o,
  output logic                       running_o,
  output logic                       waiting_o,
  output logic                       empty_o,
  input  logic                       finish_i
);
  logic [FrameWords-1:0][BusW-1:0] staged_q, frame_q;
  logic [FrameW-1:0]               staged_index_q, index_q;
  logic                            staged_valid_q, valid_q, running_q;
  logic                            complete, move;
  exec_t                           head;

  assign complete  = word_valid_i && word_index_i == '1;
  assign move      = staged_valid_q && (!valid_q || finish_i);
  assign ready_o   = !staged_valid_q;
  assign frame_o   = frame_q;
  assign index_o   = index_q;
  assign running_o = running_q;
  assign empty_o   = !staged_valid_q && !valid_q;
  assign waiting_o = valid_q && !running_q && !start_o;
  // The waits stand in the same place in every frame.
  assign head      = frame_q;
  // What starts as all is cleared is cleared as well.
  assign start_o   = valid_q && !running_q && !hold_i
                     && (Engine == EngineLoad || loads_i >= head.wait_load)
                     && (Engine == EngineExec || execs_i >= head.wait_exec)
                     && (Engine == EngineStore || stores_i >= head.wait_store);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      staged_valid_q <= 1'b0;
      valid_q        <= 1'b0;
      running_q      <= 1'b0;
    end else begin
      staged_valid_q <= complete || (staged_valid_q && !move);
      valid_q        <= move || (valid_q && !finish_i);
      running_q      <= start_o || (running_q && !finish_i);
    end
  end

  always_ff @(posedge clk_i) begin
    if (word_valid_i) begin
      staged_q[word_index_i] <= word_i;
      staged_index_q         <= index_i;
    end
    if (move) begin
      frame_q <= staged_q;
      index_q <= staged_index_q;
    end
  end

  `TCT_ASSERT(TakesOnlyWhenFree, word_valid_i |-> ready_o)
  `TCT_ASSERT(FinishesWhatRuns, finish_i |-> running_q)
endmodule
