// SPDX-License-Identifier: Apache-2.0
//
// Passes the words of each frame to its engine and checks them on the way. A word that breaks a
// rule is reported one cycle later, before its frame is complete, so that frame never starts.

module tct_dispatch
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter int unsigned Tiles    = 8,
  parameter logic [ConfigW-1:0] ConfigId = '0
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // The program, from the registers. Its address and length are checked against the window in the
  // first cycle, those of the records, which have the same length, in the second (0: no records).
  input  logic                check_i,
  input  logic [AddressW-1:0] program_i,
  input  logic [AddressW-1:0] records_i,
  input  logic [FrameW-1:0]   frames_i,
  input  logic [PageW-1:0]    window_base_i,
  input  logic [PageW-1:0]    window_limit_i,

  // Words of the frames, from tct_fetch.
  input  logic            valid_i,
  input  logic [BusW-1:0] word_i,
  output logic            ready_o,

  // To LOAD, EXEC and STORE.
  output logic [Engines-1:0]    word_valid_o,
  output logic [WordIndexW-1:0] word_index_o,
  output logic [FrameW-1:0]     index_o,
  input  logic [Engines-1:0]    ready_i,

  /// All frames of the program have gone to their engines.
  output logic              done_o,
  /// The engine of the next frame has no room for it.
  output logic              blocked_o,
  output err_e              error_o,
  /// The frame to which error_o belongs.
  output logic [FrameW-1:0] error_index_o
);
  logic [WordIndexW-1:0] at_d, at_q;
  logic [FrameW-1:0]     index_d, index_q;
  logic [Engines-1:0]    engine, engine_q, engine_now;
  logic                  head, unknown, taken, outside, second_q, recorded, last_q, done_q;
  logic                  span_q;
  err_e                  error_d, error_q;
  logic [FrameW-1:0]     error_index_q;
  logic [BusW-1:0]       reserved;

  // The low bits of the opcode choose the engine; an unknown opcode is an error before its frame is
  // complete.
  assign head = at_q == '0;
  always_comb begin
    engine = '0;
    unique case (word_i[1:0])
      2'(OpLoad):  engine[EngineLoad] = 1'b1;
      2'(OpExec):  engine[EngineExec] = 1'b1;
      2'(OpStore): engine[EngineStore] = 1'b1;
      default: ;
    endcase
  end
  assign unknown      = head && (engine == '0 || word_i[7:2] != '0);
  assign engine_now   = head ? engine : engine_q;
  assign done_o       = done_q;
  // An engine that has room for a frame's first word has room for all of them.
  assign ready_o      = !done_o && (!head || |(engine & ready_i));
  assign blocked_o    = valid_i && engine_now != '0 && !ready_o && !done_o;
  assign taken        = valid_i && ready_o;
  assign word_valid_o = engine_now & {Engines{taken}};
  assign word_index_o = at_q;
  assign index_o      = index_q;

  always_comb begin
    reserved = '0;
    for (int unsigned i = 0; i < FrameWords; i++) begin
      if (32'(at_q) == i) begin
        reserved = ({BusW{engine_now[EngineLoad]}} & LoadReserved[i])
                   | ({BusW{engine_now[EngineExec]}} & ExecReserved[i])
                   | ({BusW{engine_now[EngineStore]}} & StoreReserved[i]);
      end
    end
  end

  // A span of memory: address and beats of a LOAD or STORE, which have them at the same bits; of
  // the program; of the records. It is registered in one cycle and checked in the next.
  localparam int unsigned EndW = AddressW - ByteW + 1;
  logic                span;
  logic [AddressW-1:0] address;
  logic [BeatsW-1:0]   beats;
  logic [PageW-1:0]    page_q;
  logic [EndW-1:0]     end_beat;
  logic [PageW:0]      end_page_q;
  logic                odd_q;
  assign span        = at_q == 3'd2;
  assign address     = check_i ? records_i : span ? word_i[31:0] : program_i;
  assign beats       = span && !check_i ? word_i[51:32] : BeatsW'({frames_i, WordIndexW'(0)});
  // The page of the last beat, not of the one behind it, which may be beyond the end of memory.
  assign end_beat    = EndW'(address[AddressW-1:ByteW]) + EndW'(beats) - EndW'(1);
  assign recorded    = second_q && records_i != '0;
  assign outside     = page_q < window_base_i || end_page_q >= {1'b0, window_limit_i} || odd_q;

  always_comb begin
    error_d = ErrNone;
    if (valid_i && !done_o && (ready_o || unknown)) begin
      if (unknown) error_d = ErrOpcode;
      else if ((word_i & reserved) != '0) error_d = ErrReserved;
      else if (head && word_i[8] != (index_q == frames_i - FrameW'(1))) error_d = ErrLength;
      else if (at_q == 3'd1 && (word_i[31:0] == '0 || |(word_i[31:0] >> Tiles))) error_d = ErrMask;
      else if (at_q == 3'd1 && word_i[47:32] != ConfigId) error_d = ErrConfig;
    end
  end

  always_comb begin
    error_o = error_q;
    if (check_i && frames_i == '0) begin
      error_o = ErrSize;
    end else if (outside && (check_i || recorded || (span_q && error_q == ErrNone))) begin
      error_o = ErrWindow;
    end
  end
  assign error_index_o = error_index_q;

  always_comb begin
    at_d    = at_q;
    index_d = index_q;
    if (taken) begin
      at_d = at_q + 3'd1;
      if (at_q == '1) index_d = index_q + FrameW'(1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i || check_i) begin
      at_q          <= '0;
      index_q       <= '0;
      done_q        <= frames_i == '0;
      span_q        <= 1'b0;
      error_q       <= ErrNone;
      error_index_q <= '0;
    end else begin
      at_q          <= at_d;
      index_q       <= index_d;
      done_q        <= done_q || (taken && at_q == '1 && last_q);
      span_q        <= taken && span && !engine_now[EngineExec];
      error_q       <= error_d;
      error_index_q <= index_q;
    end
  end

  always_ff @(posedge clk_i) begin
    second_q   <= check_i;
    // The error is known in time for the last word of the frame.
    last_q     <= index_q == frames_i - FrameW'(1);
    page_q     <= address[AddressW-1:PageLow];
    end_page_q <= end_beat[EndW-1:PageLow-ByteW];
    odd_q      <= address[ByteW-1:0] != '0;
    if (head) begin
      engine_q <= engine;
    end
  end
endmodule
