// SPDX-License-Identifier: Apache-2.0
//
// The datapath of an EXEC frame: tiles, the route that drains them, the sum over input slices,
// post-processing and write-back; or the export of activations.
//
//  T tiles: walk -> issue -> bank A -> lanes -> drained --+
//            |        |                                   v
//          table      +------ items of vector frames --> sum_q -> reduce -> post -> write-back
//                                                         ^                  ^        |
//                      route table -> route --- lane -----+                  |        +-> bank B
//                                       |                                    |        +-> bank C
//                                       +----- tag, place of the entry ------+
//
//  cycle                                0                  1    1 + Reduce        7 + Reduce
//
// A tile copies its finished sums to drain registers and goes on with its next pass. Cycles are
// counted from the one in which the route emits a lane or an item; a tag with its place travels
// with it to the write-back.

module tct_array
  import tct_pkg::*, tct_frame_pkg::*, tct_counter_pkg::*;
#(
  parameter  int unsigned Tiles      = 8,
  parameter  int unsigned Lanes      = 20,
  parameter  int unsigned AccW       = 24,
  parameter  int unsigned BankADepth = 1024,
  parameter  int unsigned BankBDepth = 4096,
  parameter  int unsigned ParamDepth = 512,
  parameter  int unsigned WalkDepth  = 512,
  parameter  int unsigned RouteDepth = 512,
  parameter  int unsigned OutDepth   = 512,
  localparam int unsigned ColAw      = $clog2(BankADepth),
  localparam int unsigned ActAw      = $clog2(BankBDepth),
  localparam int unsigned WordAw     = ActAw - $clog2(BeatActs),
  localparam int unsigned ParamAw    = $clog2(ParamDepth),
  localparam int unsigned WalkAw     = $clog2(WalkDepth),
  localparam int unsigned RouteAw    = $clog2(RouteDepth),
  localparam int unsigned OutAw      = $clog2(OutDepth),
  localparam int unsigned LaneW      = $clog2(Lanes),
  localparam int unsigned TileW      = Tiles > 1 ? $clog2(Tiles) : 1
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // A frame: constant from start_i until it has ended.
  input  logic  start_i,
  input  exec_t frame_i,
  /// A tile walks, or holds items or sums that are not drained.
  output logic  busy_o,
  /// In this cycle the last result of the frame is written.
  output logic  last_o,
  /// An address beyond a bank or a table; an empty RUN, or slots that wait for sums that no tile
  /// will make.
  output logic  range_o,
  output logic  empty_o,

  // Writes to banks and tables, from tct_load.
  input  logic [Tiles-1:0]              col_we_i,
  input  logic [ColAw-1:0]              col_addr_i,
  input  logic [Lanes-1:0][TritW-1:0]   col_data_i,
  input  logic [MapW-1:0]               col_bits_i,
  input  logic [Tiles-1:0]              beat_we_i,
  input  logic [WordAw-1:0]             beat_addr_i,
  input  logic [BeatActs-1:0][ActW-1:0] beat_data_i,
  input  logic [Tiles-1:0]              param_we_i,
  input  logic [ParamAw-1:0]            param_addr_i,
  input  logic [ParamW-1:0]             param_data_i,
  input  logic [Tiles-1:0]              walk_we_i,
  input  logic [WalkAw-1:0]             walk_addr_i,
  input  logic [Tiles-1:0]              route_we_i,
  input  logic [RouteAw-1:0]            route_addr_i,
  input  logic [TableW-1:0]             table_data_i,
  /// The write-back uses bank B in this cycle.
  output logic                          writing_o,

  // Writes to bank C, in tct_store.
  output logic [BusBytes-1:0] out_we_o,
  output logic [OutAw-1:0]    out_addr_o,
  output logic [BusW-1:0]     out_data_o,

  // Telemetry: the events of this cycle, for tct_telemetry; an EXEC frame runs.
  input  logic                        exec_i,
  output logic                        pass_o,
  output tile_events_t [Tiles-1:0]    events_o,
  output logic [Tiles-1:0]            overflow_o,
  output logic [Tiles-1:0][Lanes-1:0] active_o
);
  localparam int unsigned Reduce  = reduce_stages(Tiles);
  localparam int unsigned Latency = Reduce + 7;
  /// Address of a parameter entry, and which of eight places in it (mode table).
  localparam int unsigned PlaceW  = FieldW + 3;

  // The tag that travels with a value down the pipeline.
  typedef struct packed {
    logic valid;
    logic fresh;
    logic value;
    logic first;
    logic frame_last;
  } tag_t;

  logic             export_frame, vector_q, reads;
  logic [Tiles-1:0] mask, start, full, item, item_end, busy, range, empty, export_re;
  logic             valid, fresh, released, first, value_last, frame_last, waits, fresh_sum;
  logic             route_range, route_empty, write_range, export_range, export_last, param_range_q;
  logic             range_q, empty_q, writing_q;
  logic [LaneW-1:0] lane;

  logic [Tiles-1:0][ActW-1:0]               item_act;
  logic [Tiles-1:0][AccW-1:0]               sum, sum_q, total;
  logic [WordAw-1:0]                        export_addr;
  logic [Tiles-1:0][BeatActs-1:0][ActW-1:0] word;

  // Write-back.
  logic [Tiles-1:0]            act_we;
  logic [Tiles-1:0][ActAw-1:0] act_addr;
  logic [Tiles-1:0][ActW-1:0]  act_routed, act;
  logic [Tiles-1:0][WideW-1:0] result;

  assign export_frame = frame_i.kind == KindExport;
  assign mask         = frame_i.mask[Tiles-1:0];
  assign reads        = start_i && !export_frame;
  assign start        = {Tiles{reads}} & mask;

  for (genvar t = 0; t < Tiles; t++) begin : gen_tile
    tct_tile #(
      .Lanes(Lanes), .AccW(AccW), .BankADepth(BankADepth), .BankBDepth(BankBDepth),
      .WalkDepth(WalkDepth)
    ) u_tile (
      .clk_i, .rst_ni, .clear_i,
      .col_we_i(col_we_i[t]), .col_addr_i, .col_data_i, .col_bits_i,
      .beat_we_i(beat_we_i[t]), .beat_addr_i, .beat_data_i,
      .walk_we_i(walk_we_i[t]), .walk_addr_i, .walk_data_i(table_data_i),
      .act_we_i(act_we[t]), .act_addr_i(act_addr[t]), .act_data_i(act_routed[t]),
      .start_i(start[t]), .frame_i, .busy_o(busy[t]), .range_o(range[t]), .empty_o(empty[t]),
      .export_re_i(export_re[t]), .export_addr_i(export_addr), .word_o(word[t]),
      .item_o(item[t]), .item_end_o(item_end[t]), .item_act_o(item_act[t]),
      .item_take_i(fresh && vector_q && mask[t]),
      .full_o(full[t]), .release_i(released), .lane_i(lane), .sum_o(sum[t]),
      .exec_i, .events_o(events_o[t]), .overflow_o(overflow_o[t]), .active_o(active_o[t])
    );
  end

  // The route: which lane or item leaves the tiles, and where its result is written.
  logic [FieldW-1:0]            param, offset;
  logic [Tiles-1:0][FieldW-1:0] address;
  logic [Tiles-1:0][TileW-1:0]  source;
  logic [Tiles-1:0]             listens;

  tct_route #(.Tiles(Tiles), .Lanes(Lanes), .RouteDepth(RouteDepth)) u_route (
    .clk_i, .rst_ni, .clear_i,
    .we_i(route_we_i), .addr_i(route_addr_i), .data_i(table_data_i),
    .start_i(reads && !frame_i.chain), .frame_i, .waits_o(waits),
    .range_o(route_range), .empty_o(route_empty),
    .ready_i(&(item | full | ~mask)), .item_end_i(item_end[0]),
    .valid_o(valid), .fresh_o(fresh), .release_o(released), .lane_o(lane), .first_o(first),
    .value_last_o(value_last), .frame_last_o(frame_last), .param_o(param), .offset_o(offset),
    .address_o(address), .source_o(source), .listens_o(listens)
  );
  assign pass_o = released;

  // The tags follow the values; a value meets its parameters at post-processing.
  tag_t              tag_q [Latency];
  tag_t              out;
  logic [PlaceW-1:0] place_d;
  logic [PlaceW-1:0] place_q [Reduce+1];

  always_comb begin
    place_d = frame_i.mode == ModeGreatest ? '0 : {param, 3'd0};
    if (frame_i.mode == ModeGreatest || frame_i.mode == ModeTable) begin
      place_d += PlaceW'(frame_i.offset);
    end
  end

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < Latency; i++) begin
      if (!rst_ni || clear_i) begin
        tag_q[i] <= '0;
      end else begin
        tag_q[i] <= i == 0 ? {valid, fresh, value_last, first, frame_last}
                            : tag_q[i == 0 ? 0 : i-1];
      end
    end
    writing_q  <= rst_ni && !clear_i && tag_q[Latency-2].valid && tag_q[Latency-2].value;
    vector_q   <= frame_i.kind == KindVector;
    place_q[0] <= place_d;
    for (int unsigned i = 1; i < Reduce + 1; i++) begin
      place_q[i] <= place_q[i-1];
    end
    for (int unsigned t = 0; t < Tiles; t++) begin
      sum_q[t] <= vector_q ? AccW'(signed'(item_act[t])) : sum[t];
    end
  end

  tct_reduce #(.Tiles(Tiles), .AccW(AccW)) u_reduce (
    .clk_i, .log2_tk_i(frame_i.log2_tk), .sum_i(sum_q), .sum_o(total)
  );

  // Without a fresh sum (slot with `again`), post-processing gives the previous value again.
  logic [Tiles-1:0] beyond_q;
  assign fresh_sum = tag_q[Reduce].fresh;

  for (genvar t = 0; t < Tiles; t++) begin : gen_post
    logic [FieldW-1:0] entry;
    logic [ParamW-1:0] data;
    tct_ram #(.Width(ParamW), .Depth(ParamDepth)) u_params (
      .clk_i, .we_i(param_we_i[t]), .waddr_i(param_addr_i), .wdata_i(param_data_i),
      .re_i(1'b1), .zero_i(1'b0), .raddr_i(entry[ParamAw-1:0]), .rdata_o(data)
    );
    tct_post #(.AccW(AccW)) u_post (
      .clk_i, .mode_i(frame_i.mode), .wide_i(frame_i.wide),
      .low_i(frame_i.low), .high_i(frame_i.high), .zero_i(frame_i.zero_point),
      .valid_i(fresh_sum), .first_i(tag_q[Reduce].first),
      .sum_i(signed'(total[t])), .place_i(place_q[Reduce]), .entry_o(entry), .param_i(data),
      .result_o(result[t]), .act_o(act[t])
    );
    always_ff @(posedge clk_i) begin
      beyond_q[t] <= fresh_sum && mask[t] && |(entry >> ParamAw);
    end
  end

  // A mode without parameter entries has no entry beyond the bank.
  always_ff @(posedge clk_i) begin
    param_range_q <= frame_i.mode != ModeGreatest && |beyond_q;
  end

  assign out       = tag_q[Latency-1];
  assign writing_o = writing_q;
  assign last_o    = (out.valid && out.frame_last) || export_last;
  assign busy_o    = |busy;
  assign range_o   = range_q || export_range;
  assign empty_o   = empty_q;

  // Errors are reported a cycle later; that of an export is not, as the cycle may be its last.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      range_q <= 1'b0;
      empty_q <= 1'b0;
    end else begin
      range_q <= |range || route_range || param_range_q || write_range;
      // A slot waits for sums that no tile will make any more; or a frame with `chain` has complete
      // sums, which no slot drains.
      empty_q <= |empty || route_empty || (waits && |(mask & ~busy)) || (frame_i.chain && |full);
    end
  end

  logic [BusBytes-1:0] result_we;
  logic [OutAw-1:0]    result_addr, word_addr;
  logic [BusW-1:0]     result_data, word_data;
  logic                word_we;

  tct_writeback #(
    .Tiles(Tiles), .BankBDepth(BankBDepth), .OutDepth(OutDepth), .Latency(Latency)
  ) u_writeback (
    .clk_i, .to_c_i(frame_i.to_c), .wide_i(frame_i.wide), .value_i(valid && value_last),
    .offset_i(offset), .address_i(address), .source_i(source), .listens_i(listens),
    .range_o(write_range), .valid_i(writing_o), .result_i(result), .act_i(act),
    .we_o(act_we), .addr_o(act_addr), .act_o(act_routed),
    .out_we_o(result_we), .out_addr_o(result_addr), .out_data_o(result_data)
  );

  tct_export #(.Tiles(Tiles), .BankBDepth(BankBDepth), .OutDepth(OutDepth)) u_export (
    .clk_i, .rst_ni, .clear_i, .start_i(start_i && export_frame), .frame_i, .last_o(export_last),
    .range_o(export_range), .re_o(export_re), .addr_o(export_addr), .word_i(word),
    .we_o(word_we), .out_addr_o(word_addr), .out_data_o(word_data)
  );

  assign out_we_o   = export_frame ? {BusBytes{word_we}} : result_we;
  assign out_addr_o = export_frame ? word_addr : result_addr;
  assign out_data_o = export_frame ? word_data : result_data;
endmodule
