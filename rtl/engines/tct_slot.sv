// SPDX-License-Identifier: Apache-2.0
//
// The two frames of an engine: it takes the words of the next frame while the current one waits or
// runs. A frame starts when each engine has finished as many frames as it names.

`include "tct_assert.svh"

module tct_slot
  import tct_pkg::*, tct_frame_pkg::*;
#(
  /// Which engine this is. Its frames run in order, so they never wait for its own count.
  parameter engine_e Engine = EngineLoad
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // Words of a frame in order, from tct_dispatch; the last word completes it.
  input  logic                  word_valid_i,
  input  logic [WordIndexW-1:0] word_index_i,
  input  logic [BusW-1:0]       word_i,
  input  logic [FrameW-1:0]     index_i,
  output logic                  ready_o,

  // Frames that each engine has finished.
  input  logic [FrameW-1:0] loads_i,
  input  logic [FrameW-1:0] execs_i,
  input  logic [FrameW-1:0] stores_i,

  /// While it is high, no frame starts.
  input  logic hold_i,

  // The frame at hand: it waits, starts, and finishes.
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
  // The three waits are at the same bits in every kind of frame.
  assign head      = frame_q;
  // A frame that starts in the cycle of clear_i is cleared as well.
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
