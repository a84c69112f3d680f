// SPDX-License-Identifier: Apache-2.0
//
// The datapath of a layer: tiles, the sum over input slices, post-processing, write-back.

module tct_array
  import tct_pkg::*, tct_frame_pkg::*;
#(
  parameter  int unsigned Tiles      = 8,
  parameter  int unsigned Lanes      = 20,
  parameter  int unsigned AccW       = 24,
  parameter  int unsigned BankADepth = 1024,
  parameter  int unsigned BankBDepth = 4096,
  parameter  int unsigned ParamDepth = 512,
  parameter  int unsigned OutDepth   = 512,
  localparam int unsigned ColAw      = $clog2(BankADepth),
  localparam int unsigned ActAw      = $clog2(BankBDepth),
  localparam int unsigned ParamAw    = $clog2(ParamDepth),
  localparam int unsigned OutAw      = $clog2(OutDepth),
  localparam int unsigned LaneW      = $clog2(Lanes),
  localparam int unsigned CountW     = $clog2(WordW) + 1
) (
  input  logic                              clk_i,
  input  logic                              rst_ni,
  input  logic                              clear_i,

  // A frame: constant from start_i until it has ended.
  input  logic                              start_i,
  input  exec_t                             frame_i,
  /// A tile scans, or holds sums that are not drained.
  output logic                              busy_o,
  /// Results are missing.
  output logic                              unfinished_o,
  /// The last result is being written.
  output logic                              last_o,
  output logic                              range_o,

  // From the loader.
  input  logic [Tiles-1:0]                  col_we_i,
  input  logic [ColAw-1:0]                  col_addr_i,
  input  logic [Lanes-1:0][1:0]             col_data_i,
  input  logic [WordW-1:0]                  col_bits_i,
  input  logic [Tiles-1:0]                  beat_we_i,
  input  logic [ActAw-$clog2(BeatActs)-1:0] beat_addr_i,
  input  logic [BeatActs-1:0][ActW-1:0]     beat_data_i,
  input  logic [BeatActs-1:0]               beat_bits_i,
  input  logic [Tiles-1:0]                  param_we_i,
  input  logic [ParamAw-1:0]                param_addr_i,
  input  logic [ParamW-1:0]                 param_data_i,
  /// The write-back has the banks this cycle.
  output logic                              writing_o,

  // Bank C.
  output logic [7:0]                        out_we_o,
  output logic [OutAw-1:0]                  out_addr_o,
  output logic [63:0]                       out_data_o,

  // Telemetry.
  output logic                              pass_o,
  output logic [Tiles-1:0]                  issued_o,
  output logic [Tiles-1:0][CountW-1:0]      columns_o,
  output logic [Tiles-1:0][CountW-1:0]      skip_act_o,
  output logic [Tiles-1:0][CountW-1:0]      skip_wgt_o,
  output logic [Tiles-1:0]                  overflow_o,
  output logic [Tiles-1:0][Lanes-1:0]       active_o
);
  localparam int unsigned Reduce = reduce_stages(Tiles);
  localparam int unsigned Post   = 4;

  // What accompanies a value down the pipeline.
  typedef struct packed {
    logic valid;
    logic value;
    logic first;
    logic phase_last;
    logic frame_last;
  } tag_t;

  logic [Tiles-1:0]           start, full, busy, range;
  logic                       released;
  logic [LaneW-1:0]           lane;
  logic [Tiles-1:0][AccW-1:0] sum, sum_q, total;
  logic [ActAw-4:0]           words;

  assign words = (ActAw-3)'(frame_i.length[ActAw:4]) + (ActAw-3)'(frame_i.length[3:0] != '0);
  assign start = {Tiles{start_i}} & frame_i.mask[Tiles-1:0];

  // Write-back.
  logic [Tiles-1:0]            act_we;
  logic [ActAw-1:0]            act_addr;
  logic [Tiles-1:0][ActW-1:0]  act_routed, act;
  logic [Tiles-1:0][WideW-1:0] result;
  logic                        write_range, param_range;

  for (genvar t = 0; t < Tiles; t++) begin : gen_tile
    tct_tile #(
      .Lanes(Lanes), .AccW(AccW), .BankADepth(BankADepth), .BankBDepth(BankBDepth)
    ) u_tile (
      .clk_i, .rst_ni, .clear_i,
      .col_we_i(col_we_i[t]), .col_addr_i, .col_data_i, .col_bits_i,
      .beat_we_i(beat_we_i[t]), .beat_addr_i, .beat_data_i, .beat_bits_i,
      .act_we_i(act_we[t]), .act_addr_i(act_addr), .act_data_i(act_routed[t]),
      .start_i(start[t]), .act_word_i(frame_i.act_base[ActAw-1:4]),
      .col_word_i(frame_i.column_base[ColAw-1:4]), .words_i(words), .tail_i(frame_i.length[3:0]),
      .passes_i(frame_i.passes[ColAw-4:0]),
      .chain_i(frame_i.chain), .dense_i(frame_i.dense), .busy_o(busy[t]), .range_o(range[t]),
      .full_o(full[t]), .release_i(released), .lane_i(lane), .sum_o(sum[t]),
      .issued_o(issued_o[t]), .columns_o(columns_o[t]), .skip_act_o(skip_act_o[t]),
      .skip_wgt_o(skip_wgt_o[t]), .overflow_o(overflow_o[t]), .active_o(active_o[t])
    );
  end

  // Drain: the tags follow the values, and the parameters meet them at post-processing.
  logic               drain_valid, first, value_last, phase_last, frame_last;
  logic [ParamAw-1:0] param_addr;
  tag_t               tag_q [Reduce+Post+1];
  logic [ParamAw-1:0] param_q [Reduce];

  tct_drain #(.Lanes(Lanes), .ParamAw(ParamAw)) u_drain (
    .clk_i, .rst_ni, .clear_i, .start_i,
    .param_base_i(frame_i.param_base[ParamAw:0]), .outputs_i(frame_i.chain ? '0 : frame_i.outputs),
    .log2_phases_i(frame_i.log2_phases), .entries_i(frame_i.entries),
    .unfinished_o, .range_o(param_range),
    .full_i(&(full | ~frame_i.mask[Tiles-1:0])), .release_o(released), .lane_o(lane),
    .valid_o(drain_valid), .param_o(param_addr), .first_o(first), .value_last_o(value_last),
    .phase_last_o(phase_last), .frame_last_o(frame_last)
  );
  assign pass_o = released;
  assign busy_o = |busy;

  always_ff @(posedge clk_i) begin
    for (int unsigned i = 0; i < Reduce + Post + 1; i++) begin
      if (!rst_ni || clear_i) begin
        tag_q[i] <= '0;
      end else begin
        tag_q[i] <= i == 0 ? {drain_valid, value_last, first, phase_last, frame_last}
                           : tag_q[i == 0 ? 0 : i-1];
      end
    end
    param_q[0] <= param_addr;
    for (int unsigned i = 1; i < Reduce; i++) begin
      param_q[i] <= param_q[i-1];
    end
    sum_q <= sum;
  end

  tct_reduce #(.Tiles(Tiles), .AccW(AccW)) u_reduce (
    .clk_i, .log2_tk_i(frame_i.log2_tk), .sum_i(sum_q), .sum_o(total)
  );

  for (genvar t = 0; t < Tiles; t++) begin : gen_post
    logic [ParamW-1:0] entry;
    tct_ram #(.Width(ParamW), .Depth(ParamDepth)) u_params (
      .clk_i, .we_i(param_we_i[t]), .waddr_i(param_addr_i), .wdata_i(param_data_i),
      .re_i(1'b1), .zero_i(1'b0), .raddr_i(param_q[Reduce-1]), .rdata_o(entry)
    );
    tct_post #(.AccW(AccW)) u_post (
      .clk_i, .wide_i(frame_i.wide), .threshold_i(frame_i.threshold),
      .low_i(frame_i.low), .high_i(frame_i.high), .zero_i(frame_i.zero_point),
      .sum_i(signed'(total[t])), .param_i(entry), .first_i(tag_q[Reduce].first),
      .result_o(result[t]), .act_o(act[t])
    );
  end

  tag_t out;
  assign out       = tag_q[Reduce+Post];
  assign last_o    = out.valid && out.frame_last;
  assign writing_o = out.valid && out.value;
  assign range_o   = |range || write_range || param_range;

  tct_writeback #(.Tiles(Tiles), .BankBDepth(BankBDepth), .OutDepth(OutDepth)) u_writeback (
    .clk_i, .start_i, .base_i(frame_i.out_base), .block_i(frame_i.block),
    .log2_tk_i(frame_i.log2_tk), .log2_phases_i(frame_i.log2_phases),
    .log2_split_i(frame_i.log2_split), .log2_next_i(frame_i.log2_next),
    .to_c_i(frame_i.to_c), .wide_i(frame_i.wide), .range_o(write_range),
    .valid_i(writing_o), .phase_last_i(out.phase_last), .result_i(result), .act_i(act),
    .we_o(act_we), .addr_o(act_addr), .act_o(act_routed), .out_we_o, .out_addr_o, .out_data_o
  );
endmodule
