// SPDX-License-Identifier: Apache-2.0
//
// The ternary fabric: AXI4-Lite registers, an AXI4 master to memory, one interrupt.

module tct_top
  import tct_pkg::*, tct_frame_pkg::*, tct_counter_pkg::*;
#(
  /// Tiles T (a power of two) of L lanes (a multiple of 5).
  parameter  int unsigned Tiles      = 8,
  parameter  int unsigned Lanes      = 20,
  /// Bits of an accumulator.
  parameter  int unsigned AccW       = 24,
  /// Weight columns, activations, parameter and table entries of a tile; 64-bit words of bank C.
  parameter  int unsigned BankADepth = 1024,
  parameter  int unsigned BankBDepth = 4096,
  parameter  int unsigned ParamDepth = 512,
  parameter  int unsigned WalkDepth  = 512,
  parameter  int unsigned RouteDepth = 512,
  parameter  int unsigned OutDepth   = 512,
  /// 0 none, 1 per tile, 2 per lane.
  parameter  int unsigned Telemetry  = 1,
  /// Id of this configuration, which every frame built for it carries.
  parameter  int unsigned ConfigId   = 0
) (
  input  logic clk_i,
  input  logic rst_ni,
  output logic irq_o,

  // AXI4-Lite: the registers.
  input  logic        s_axil_awvalid_i,
  output logic        s_axil_awready_o,
  input  logic [16:0] s_axil_awaddr_i,
  input  logic        s_axil_wvalid_i,
  output logic        s_axil_wready_o,
  input  logic [31:0] s_axil_wdata_i,
  input  logic [3:0]  s_axil_wstrb_i,
  output logic        s_axil_bvalid_o,
  input  logic        s_axil_bready_i,
  output logic [1:0]  s_axil_bresp_o,
  input  logic        s_axil_arvalid_i,
  output logic        s_axil_arready_o,
  input  logic [16:0] s_axil_araddr_i,
  output logic        s_axil_rvalid_o,
  input  logic        s_axil_rready_i,
  output logic [31:0] s_axil_rdata_o,
  output logic [1:0]  s_axil_rresp_o,

  // AXI4 to memory, one burst at a time; docs/fabric.md has their lengths.
  output logic        m_axi_arvalid_o,
  input  logic        m_axi_arready_i,
  output logic [31:0] m_axi_araddr_o,
  output logic [7:0]  m_axi_arlen_o,
  output logic [2:0]  m_axi_arsize_o,
  output logic [1:0]  m_axi_arburst_o,
  input  logic        m_axi_rvalid_i,
  output logic        m_axi_rready_o,
  input  logic [63:0] m_axi_rdata_i,
  input  logic [1:0]  m_axi_rresp_i,
  input  logic        m_axi_rlast_i,
  output logic        m_axi_awvalid_o,
  input  logic        m_axi_awready_i,
  output logic [31:0] m_axi_awaddr_o,
  output logic [7:0]  m_axi_awlen_o,
  output logic [2:0]  m_axi_awsize_o,
  output logic [1:0]  m_axi_awburst_o,
  output logic        m_axi_wvalid_o,
  input  logic        m_axi_wready_i,
  output logic [63:0] m_axi_wdata_o,
  output logic [7:0]  m_axi_wstrb_o,
  output logic        m_axi_wlast_o,
  input  logic        m_axi_bvalid_i,
  output logic        m_axi_bready_o,
  input  logic [1:0]  m_axi_bresp_i
);
  localparam int unsigned ColAw   = $clog2(BankADepth);
  localparam int unsigned ActAw   = $clog2(BankBDepth);
  localparam int unsigned ParamAw = $clog2(ParamDepth);
  localparam int unsigned WalkAw  = $clog2(WalkDepth);
  localparam int unsigned RouteAw = $clog2(RouteDepth);
  localparam int unsigned OutAw   = $clog2(OutDepth);

  assign m_axi_arsize_o  = 3'd3;
  assign m_axi_arburst_o = 2'd1;
  assign m_axi_awsize_o  = 3'd3;
  assign m_axi_awburst_o = 2'd1;
  assign m_axi_wstrb_o   = '1;

  // Registers.
  logic                 start, soft_reset, clear_telemetry, busy, locked, done;
  logic [AddressW-1:0]  program_address, records;
  logic [RegisterW-1:0] overflow, count;
  logic [PageW-1:0]     window_base, window_limit;
  logic [FrameW-1:0]    frames, error_frame;
  logic [AddrW-1:0]     count_addr;
  logic                 count_read, count_valid;
  err_e                 error;

  tct_csr #(
    .Tiles(Tiles), .Lanes(Lanes), .AccW(AccW), .BankADepth(BankADepth), .BankBDepth(BankBDepth),
    .ParamDepth(ParamDepth), .WalkDepth(WalkDepth), .RouteDepth(RouteDepth), .OutDepth(OutDepth),
    .Telemetry(Telemetry), .ConfigId(ConfigW'(ConfigId))
  ) u_csr (
    .clk_i, .rst_ni,
    .awvalid_i(s_axil_awvalid_i), .awready_o(s_axil_awready_o), .awaddr_i(s_axil_awaddr_i),
    .wvalid_i(s_axil_wvalid_i), .wready_o(s_axil_wready_o), .wdata_i(s_axil_wdata_i),
    .wstrb_i(s_axil_wstrb_i), .bvalid_o(s_axil_bvalid_o), .bready_i(s_axil_bready_i),
    .bresp_o(s_axil_bresp_o), .arvalid_i(s_axil_arvalid_i), .arready_o(s_axil_arready_o),
    .araddr_i(s_axil_araddr_i), .rvalid_o(s_axil_rvalid_o), .rready_i(s_axil_rready_i),
    .rdata_o(s_axil_rdata_o), .rresp_o(s_axil_rresp_o),
    .start_o(start), .soft_reset_o(soft_reset), .clear_telemetry_o(clear_telemetry),
    .program_o(program_address), .frames_o(frames), .records_o(records),
    .window_base_o(window_base),
    .window_limit_o(window_limit), .irq_o, .busy_i(busy), .locked_i(locked), .done_i(done),
    .error_i(error),
    .error_frame_i(error_frame), .overflow_i(overflow),
    .count_read_o(count_read), .count_addr_o(count_addr), .count_valid_i(count_valid),
    .count_i(count)
  );

  // The program.
  logic                           check, running, clear;
  logic                           fetch_request, fetch_grant, fetch_valid, fetch_error;
  logic [FrameW-1:0]              fetch_index;
  logic [AddressW-1:0]            fetch_address;
  logic [BeatsW-1:0]              fetch_beats;
  logic                           word_valid, word_ready, dispatched, blocked;
  logic [BusW-1:0]                word, beat;
  logic [BurstW-1:0]              grant_beats;
  logic [Engines-1:0]             engine_valid, engine_ready, starts, active, waiting, empty;
  logic [Engines-1:0]             finish;
  logic [WordIndexW-1:0]          word_index;
  logic [FrameW-1:0]              index, error_index, loads, execs, stores;
  logic [Engines-1:0][FrameW-1:0] engine_index;
  logic                           exec_left;
  err_e                           dispatch_error, load_error, exec_error, store_error;

  // The records of the frames.
  logic                           recording, record_valid, record_take, record_read;
  logic                           record_done, record_error;
  logic [Engines-1:0]             hold;
  logic [WordIndexW-1:0]          record_word;
  logic [FrameW-1:0]              record_frame;
  logic [BusW-1:0]                record_data;
  logic [Engines-1:0][LayerW-1:0] layer;
  logic [Engines-1:0][KindW-1:0]  kind;
  logic [Engines-1:0][BeatsW-1:0] moves;
  logic                           load_bus_error, reader_busy, store_busy, writer_busy;

  tct_sequencer u_sequencer (
    .clk_i, .rst_ni, .start_i(start), .soft_reset_i(soft_reset), .busy_o(busy), .locked_o(locked),
    .done_o(done), .error_o(error), .error_frame_o(error_frame), .check_o(check),
    .running_o(running), .clear_o(clear),
    .bus_busy_i(reader_busy || store_busy || writer_busy),
    .dispatched_i(dispatched), .blocked_i(blocked),
    .empty_i(empty & ~{Engines{recording}}), .waiting_i(waiting),
    .active_i(active | starts | {Engines{recording}}),
    .finish_i(finish), .loads_o(loads), .execs_o(execs), .stores_o(stores),
    .dispatch_error_i(dispatch_error), .dispatch_frame_i(error_index), .fetch_error_i(fetch_error),
    .fetch_frame_i(fetch_index),
    .load_error_i(load_error), .load_bus_error_i(load_bus_error),
    .load_frame_i(engine_index[EngineLoad]), .exec_error_i(exec_error), .exec_left_i(exec_left),
    .exec_frame_i(engine_index[EngineExec]), .store_error_i(record_error ? ErrWrite : store_error),
    .store_frame_i(record_error ? record_frame : engine_index[EngineStore])
  );

  tct_fetch u_fetch (
    .clk_i, .rst_ni, .clear_i(clear), .start_i(check), .address_i(program_address),
    .frames_i(frames), .request_o(fetch_request), .address_o(fetch_address),
    .beats_o(fetch_beats), .grant_i(fetch_grant), .grant_beats_i(grant_beats),
    .beat_valid_i(fetch_valid), .beat_i(beat), .valid_o(word_valid), .word_o(word),
    .index_o(fetch_index), .ready_i(word_ready)
  );

  tct_dispatch #(.Tiles(Tiles), .ConfigId(ConfigW'(ConfigId))) u_dispatch (
    .clk_i, .rst_ni, .clear_i(clear), .check_i(check), .program_i(program_address),
    .records_i(records), .frames_i(frames), .window_base_i(window_base),
    .window_limit_i(window_limit),
    .valid_i(word_valid), .word_i(word), .ready_o(word_ready), .word_valid_o(engine_valid),
    .word_index_o(word_index), .index_o(index), .ready_i(engine_ready), .done_o(dispatched),
    .blocked_o(blocked), .error_o(dispatch_error), .error_index_o(error_index)
  );

  // Memory to banks: reader and LOAD.
  logic                              load_request, load_grant, load_valid, load_ready;
  logic                              read_stall, load_stall;
  logic [AddressW-1:0]               load_address;
  logic [BeatsW-1:0]                 load_beats;
  logic                              writing;
  logic [Tiles-1:0]                  col_we, beat_we, param_we, walk_we, route_we;
  logic [ColAw-1:0]                  col_addr;
  logic [Lanes-1:0][TritW-1:0]       col_data;
  logic [MapW-1:0]                   col_bits;
  logic [ActAw-$clog2(BeatActs)-1:0] beat_addr;
  logic [BeatActs-1:0][ActW-1:0]     beat_data;
  logic [ParamAw-1:0]                param_addr;
  logic [ParamW-1:0]                 param_data;
  logic [WalkAw-1:0]                 walk_addr;
  logic [RouteAw-1:0]                route_addr;
  logic [TableW-1:0]                 table_data;

  tct_rdma u_rdma (
    .clk_i, .rst_ni, .abort_i(clear), .busy_o(reader_busy),
    .load_request_i(load_request), .load_address_i(load_address), .load_beats_i(load_beats),
    .load_grant_o(load_grant), .load_valid_o(load_valid), .load_ready_i(load_ready),
    .fetch_request_i(fetch_request), .fetch_address_i(fetch_address), .fetch_beats_i(fetch_beats),
    .fetch_grant_o(fetch_grant), .fetch_valid_o(fetch_valid),
    .grant_beats_o(grant_beats), .beat_o(beat), .load_error_o(load_bus_error),
    .fetch_error_o(fetch_error), .stall_o(read_stall), .load_stall_o(load_stall),
    .arvalid_o(m_axi_arvalid_o), .arready_i(m_axi_arready_i), .araddr_o(m_axi_araddr_o),
    .arlen_o(m_axi_arlen_o), .rvalid_i(m_axi_rvalid_i), .rready_o(m_axi_rready_o),
    .rdata_i(m_axi_rdata_i), .rresp_i(m_axi_rresp_i), .rlast_i(m_axi_rlast_i)
  );

  tct_load #(
    .Tiles(Tiles), .Lanes(Lanes), .BankADepth(BankADepth), .BankBDepth(BankBDepth),
    .ParamDepth(ParamDepth), .WalkDepth(WalkDepth), .RouteDepth(RouteDepth)
  ) u_load (
    .clk_i, .rst_ni, .clear_i(clear), .word_valid_i(engine_valid[EngineLoad]),
    .word_index_i(word_index), .word_i(word), .index_i(index),
    .ready_o(engine_ready[EngineLoad]), .loads_i(loads),
    .execs_i(execs), .stores_i(stores), .hold_i(hold[EngineLoad]),
    .start_o(starts[EngineLoad]), .running_o(active[EngineLoad]),
    .waiting_o(waiting[EngineLoad]), .empty_o(empty[EngineLoad]), .finish_o(finish[EngineLoad]),
    .error_o(load_error), .index_o(engine_index[EngineLoad]),
    .layer_o(layer[EngineLoad]), .kind_o(kind[EngineLoad]), .moves_o(moves[EngineLoad]),
    .request_o(load_request), .address_o(load_address), .beats_o(load_beats),
    .grant_i(load_grant), .grant_beats_i(grant_beats), .beat_valid_i(load_valid), .beat_i(beat),
    .beat_ready_o(load_ready), .writing_i(writing),
    .col_we_o(col_we), .col_addr_o(col_addr), .col_data_o(col_data), .col_bits_o(col_bits),
    .act_we_o(beat_we), .act_addr_o(beat_addr), .act_data_o(beat_data),
    .param_we_o(param_we), .param_addr_o(param_addr), .param_data_o(param_data),
    .walk_we_o(walk_we), .walk_addr_o(walk_addr), .route_we_o(route_we),
    .route_addr_o(route_addr), .table_data_o(table_data)
  );

  // Compute: EXEC and the array.
  exec_t                       frame;
  logic                        array_start, array_busy, array_last, array_range, array_empty, pass;
  logic [BusBytes-1:0]         out_we;
  logic [OutAw-1:0]            out_addr;
  logic [BusW-1:0]             out_data;
  fabric_events_t              events;
  tile_events_t [Tiles-1:0]    tile_events;
  logic [Tiles-1:0]            overflows;
  logic [Tiles-1:0][Lanes-1:0] lanes_active;

  tct_exec #(.Tiles(Tiles)) u_exec (
    .clk_i, .rst_ni, .clear_i(clear), .word_valid_i(engine_valid[EngineExec]),
    .word_index_i(word_index), .word_i(word), .index_i(index),
    .ready_o(engine_ready[EngineExec]), .loads_i(loads),
    .execs_i(execs), .stores_i(stores), .hold_i(hold[EngineExec]),
    .start_o(starts[EngineExec]), .running_o(active[EngineExec]),
    .waiting_o(waiting[EngineExec]), .empty_o(empty[EngineExec]), .finish_o(finish[EngineExec]),
    .error_o(exec_error), .left_o(exec_left), .index_o(engine_index[EngineExec]), .frame_o(frame),
    .array_start_o(array_start), .array_busy_i(array_busy), .array_last_i(array_last),
    .array_range_i(array_range), .array_empty_i(array_empty)
  );

  tct_array #(
    .Tiles(Tiles), .Lanes(Lanes), .AccW(AccW), .BankADepth(BankADepth), .BankBDepth(BankBDepth),
    .ParamDepth(ParamDepth), .WalkDepth(WalkDepth), .RouteDepth(RouteDepth), .OutDepth(OutDepth)
  ) u_array (
    .clk_i, .rst_ni, .clear_i(clear), .start_i(array_start), .frame_i(frame),
    .busy_o(array_busy), .last_o(array_last), .range_o(array_range), .empty_o(array_empty),
    .col_we_i(col_we), .col_addr_i(col_addr), .col_data_i(col_data), .col_bits_i(col_bits),
    .beat_we_i(beat_we), .beat_addr_i(beat_addr), .beat_data_i(beat_data),
    .param_we_i(param_we), .param_addr_i(param_addr), .param_data_i(param_data),
    .walk_we_i(walk_we), .walk_addr_i(walk_addr), .route_we_i(route_we),
    .route_addr_i(route_addr), .table_data_i(table_data), .writing_o(writing),
    .out_we_o(out_we), .out_addr_o(out_addr), .out_data_o(out_data), .pass_o(pass),
    .exec_i(active[EngineExec]), .events_o(tile_events), .overflow_o(overflows),
    .active_o(lanes_active)
  );

  // Banks to memory: STORE and writer.
  logic                store_beat, write_stall, store_awvalid, store_awready, store_wvalid;
  logic                store_wready;
  logic                store_wlast, store_bvalid, store_bready;
  logic [AddressW-1:0] store_awaddr;
  logic [AxiLenW-1:0]  store_awlen;
  logic [BusW-1:0]     store_wdata;

  tct_store #(.OutDepth(OutDepth)) u_store (
    .clk_i, .rst_ni, .clear_i(clear), .abort_i(clear), .busy_o(store_busy),
    .word_valid_i(engine_valid[EngineStore]), .word_index_i(word_index), .word_i(word),
    .index_i(index),
    .ready_o(engine_ready[EngineStore]), .loads_i(loads), .execs_i(execs), .stores_i(stores),
    .hold_i(hold[EngineStore]), .start_o(starts[EngineStore]), .running_o(active[EngineStore]),
    .waiting_o(waiting[EngineStore]), .empty_o(empty[EngineStore]), .finish_o(finish[EngineStore]),
    .error_o(store_error), .index_o(engine_index[EngineStore]), .layer_o(layer[EngineStore]),
    .moves_o(moves[EngineStore]), .out_we_i(out_we), .out_addr_i(out_addr), .out_data_i(out_data),
    .beat_o(store_beat), .stall_o(write_stall), .awvalid_o(store_awvalid),
    .awready_i(store_awready), .awaddr_o(store_awaddr), .awlen_o(store_awlen),
    .wvalid_o(store_wvalid), .wready_i(store_wready), .wdata_o(store_wdata),
    .wlast_o(store_wlast), .bvalid_i(store_bvalid), .bready_o(store_bready),
    .bresp_i(m_axi_bresp_i)
  );

  tct_wdma u_wdma (
    .clk_i, .rst_ni, .abort_i(clear), .busy_o(writer_busy),
    .store_busy_i(active[EngineStore] || store_busy), .store_awvalid_i(store_awvalid),
    .store_awready_o(store_awready), .store_awaddr_i(store_awaddr), .store_awlen_i(store_awlen),
    .store_wvalid_i(store_wvalid), .store_wready_o(store_wready), .store_wdata_i(store_wdata),
    .store_wlast_i(store_wlast), .store_bvalid_o(store_bvalid), .store_bready_i(store_bready),
    .records_i(records), .record_valid_i(record_valid), .record_take_o(record_take),
    .record_read_o(record_read), .record_word_o(record_word), .record_data_i(record_data),
    .record_done_o(record_done), .record_error_o(record_error), .record_frame_o(record_frame),
    .awvalid_o(m_axi_awvalid_o), .awready_i(m_axi_awready_i), .awaddr_o(m_axi_awaddr_o),
    .awlen_o(m_axi_awlen_o), .wvalid_o(m_axi_wvalid_o), .wready_i(m_axi_wready_i),
    .wdata_o(m_axi_wdata_o), .wlast_o(m_axi_wlast_o), .bvalid_i(m_axi_bvalid_i),
    .bready_o(m_axi_bready_o), .bresp_i(m_axi_bresp_i)
  );

  assign layer[EngineExec] = frame.layer;
  assign kind[EngineExec]  = KindW'(frame.kind);
  assign moves[EngineExec] = '0;
  assign kind[EngineStore] = '0;

  if (Telemetry == 0) begin : gen_no_records
    assign hold         = '0;
    assign recording    = 1'b0;
    assign record_valid = 1'b0;
    assign record_data  = '0;
    // Without telemetry there are no records.
    logic unused;
    assign unused = ^{layer, kind, moves, load_stall, record_take, record_read, record_word,
                      record_done};
  end else begin : gen_records
    tct_recorder #(.Tiles(Tiles)) u_recorder (
      .clk_i, .rst_ni, .clear_i(clear), .check_i(check), .on_i(records != '0),
      .start_i(starts), .finish_i(finish), .index_i(engine_index), .layer_i(layer),
      .kind_i(kind), .beats_i(moves), .stall_i({write_stall, 1'b0, load_stall}),
      .events_i(tile_events), .hold_o(hold),
      .busy_o(recording), .valid_o(record_valid), .take_i(record_take), .read_i(record_read),
      .word_i(record_word), .data_o(record_data), .done_i(record_done)
    );
  end

  assign events = '{
    running: running, exec: active[EngineExec], load_beat: load_valid && load_ready,
    store_beat: store_beat, stall: read_stall || write_stall,
    finished: 2'(finish[EngineLoad]) + 2'(finish[EngineExec]) + 2'(finish[EngineStore]),
    drained: pass
  };

  tct_telemetry #(.Tiles(Tiles), .Lanes(Lanes), .Telemetry(Telemetry)) u_telemetry (
    .clk_i, .rst_ni, .clear_i(clear_telemetry), .events_i(events), .tile_events_i(tile_events),
    .overflow_i(overflows), .active_i(lanes_active), .overflow_o(overflow),
    .read_i(count_read), .addr_i(count_addr), .valid_o(count_valid), .half_o(count)
  );
endmodule
