// SPDX-License-Identifier: Apache-2.0
//
// Runs a program from the doorbell to the interrupt. In the cycle after an error or a soft reset,
// clear_o clears all engines, while bursts that have begun come to their end; then the next program
// can start. After an error the program ends with these bursts and raises the interrupt. A soft
// reset raises none, and a start that comes meanwhile is kept.

`include "tct_assert.svh"

module tct_sequencer
  import tct_pkg::*, tct_frame_pkg::*;
(
  input  logic clk_i,
  input  logic rst_ni,

  // Commands of the host, from the registers; status, to the registers.
  input  logic              start_i,
  input  logic              soft_reset_i,
  output logic              busy_o,
  /// A program runs, or a start is kept: a start and writes to registers of a program are refused.
  output logic              locked_o,
  /// For one cycle: the program has ended, with or without an error.
  output logic              done_o,
  output err_e              error_o,
  output logic [FrameW-1:0] error_frame_o,

  // The state of the program, to all other modules.
  /// First cycle of a program.
  output logic check_o,
  output logic running_o,
  output logic clear_o,

  // Progress: bursts on their way, frames in dispatch and in each engine, and then the number of
  // frames that each engine has finished.
  input  logic               bus_busy_i,
  input  logic               dispatched_i,
  input  logic               blocked_i,
  input  logic [Engines-1:0] empty_i,
  input  logic [Engines-1:0] waiting_i,
  input  logic [Engines-1:0] active_i,
  input  logic [Engines-1:0] finish_i,
  output logic [FrameW-1:0]  loads_o,
  output logic [FrameW-1:0]  execs_o,
  output logic [FrameW-1:0]  stores_o,

  // Errors and the frames they belong to: dispatch and fetch, LOAD, EXEC, STORE.
  input  err_e              dispatch_error_i,
  input  logic [FrameW-1:0] dispatch_frame_i,
  input  logic              fetch_error_i,
  input  logic [FrameW-1:0] fetch_frame_i,
  input  err_e              load_error_i,
  input  logic              load_bus_error_i,
  input  logic [FrameW-1:0] load_frame_i,
  input  err_e              exec_error_i,
  input  logic              exec_left_i,
  input  logic [FrameW-1:0] exec_frame_i,
  input  err_e              store_error_i,
  input  logic [FrameW-1:0] store_frame_i
);
  // Stop follows an error, Drain a soft reset.
  typedef enum logic [2:0] {Idle, Check, Run, Stop, Drain} state_e;
  state_e                         state_d, state_q;
  err_e                           found, error_q;
  logic [FrameW-1:0]              found_frame, error_frame_q;
  // The same one cycle later.
  err_e                           store_q, exec_q, load_q, dispatch_q;
  logic                           fetch_q;
  logic                           load_waits_q, exec_waits_q;
  logic [FrameW-1:0]              store_frame_q, exec_frame_q, load_frame_q;
  logic [FrameW-1:0]              dispatch_frame_q, fetch_frame_q;
  logic [Engines-1:0][FrameW-1:0] finished_q;
  logic [3:0]                     stuck_d, stuck_q;
  logic                           stuck, complete, failed, failed_q, kept_d, kept_q;

  // An error stops everything in the next cycle, in which its code and its frame are chosen.
  assign failed = store_error_i != ErrNone || exec_error_i != ErrNone || load_bus_error_i
                  || load_error_i != ErrNone || dispatch_error_i != ErrNone || fetch_error_i
                  || stuck_q == '1;

  always_ff @(posedge clk_i) begin
    store_q          <= store_error_i;
    exec_q           <= exec_error_i == ErrNone && exec_left_i ? ErrSize : exec_error_i;
    load_q           <= load_bus_error_i ? ErrRead : load_error_i;
    dispatch_q       <= dispatch_error_i;
    fetch_q          <= fetch_error_i;
    load_waits_q     <= waiting_i[EngineLoad];
    exec_waits_q     <= waiting_i[EngineExec];
    store_frame_q    <= store_frame_i;
    exec_frame_q     <= exec_frame_i;
    load_frame_q     <= load_frame_i;
    dispatch_frame_q <= check_o ? '0 : dispatch_frame_i;
    fetch_frame_q    <= fetch_frame_i;
  end

  // Of several errors in one cycle: STORE before EXEC before LOAD before dispatch and fetch, as a
  // frame further down works on older data.
  always_comb begin
    found       = ErrWait;
    found_frame = exec_waits_q ? exec_frame_q : load_waits_q ? load_frame_q : store_frame_q;
    if (store_q != ErrNone) begin
      found       = store_q;
      found_frame = store_frame_q;
    end else if (exec_q != ErrNone) begin
      found       = exec_q;
      found_frame = exec_frame_q;
    end else if (load_q != ErrNone) begin
      found       = load_q;
      found_frame = load_frame_q;
    end else if (dispatch_q != ErrNone) begin
      found       = dispatch_q;
      found_frame = dispatch_frame_q;
    end else if (fetch_q) begin
      found       = ErrRead;
      found_frame = fetch_frame_q;
    end
  end

  // Frames wait, none runs, and no other can come: no frame will ever fulfil the wait.
  assign stuck    = state_q == Run && |waiting_i && active_i == '0 && (dispatched_i || blocked_i);
  assign stuck_d  = stuck ? stuck_q + 4'd1 : '0;
  assign complete = dispatched_i && &empty_i;

  always_comb begin
    state_d = state_q;
    kept_d  = start_i || (kept_q && !soft_reset_i);
    unique case (state_q)
      Idle:    if (start_i) state_d = Check;
      Check:   state_d = Run;
      Run:     if (complete) state_d = Idle;
      Stop:    if (!bus_busy_i) state_d = Idle;
      default: if (!bus_busy_i) state_d = kept_d ? Check : Idle;
    endcase
    if (failed_q) begin
      state_d = bus_busy_i ? Stop : Idle;
    end
    if (soft_reset_i && state_q != Idle) begin
      state_d = Drain;
    end
    if (state_d != Drain) begin
      kept_d = 1'b0;
    end
  end

  assign busy_o        = state_q != Idle;
  assign locked_o      = busy_o && (state_q != Drain || kept_q);
  assign done_o        = busy_o && state_q != Drain && state_d == Idle;
  assign check_o       = state_q == Check;
  assign running_o     = (state_q == Check || state_q == Run) && !failed_q;
  assign clear_o       = state_q == Stop || state_q == Drain || failed_q;
  assign error_o       = error_q;
  assign error_frame_o = error_frame_q;
  assign loads_o       = finished_q[EngineLoad];
  assign execs_o       = finished_q[EngineExec];
  assign stores_o      = finished_q[EngineStore];

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q       <= Idle;
      kept_q        <= 1'b0;
      error_q       <= ErrNone;
      error_frame_q <= '0;
      failed_q      <= 1'b0;
    end else begin
      state_q  <= state_d;
      kept_q   <= kept_d;
      failed_q <= running_o && !soft_reset_i && (failed || exec_left_i);
      if (soft_reset_i || (state_q == Idle && start_i)) begin
        error_q       <= ErrNone;
        error_frame_q <= '0;
      end else if (failed_q) begin
        error_q       <= found;
        error_frame_q <= found_frame;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    stuck_q <= stuck_d;
    for (int unsigned e = 0; e < Engines; e++) begin
      finished_q[e] <= check_o ? '0 : finished_q[e] + FrameW'(finish_i[e]);
    end
  end

  // So no start is taken in the cycle in which an error becomes known.
  `TCT_ASSERT(FailsWhileItRuns, failed_q |-> state_q == Run || state_q == Check)
endmodule
