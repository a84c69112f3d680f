// SPDX-License-Identifier: Apache-2.0
//
// Many 64-bit counters in one memory. Each source turns a small counter, which is never read out in
// time to be exact but never loses anything either: a walker visits the sources in turn, and adds how
// far the small counter has come since its last visit, low half first, then the carry to the high
// half. A high half of all ones stays. A read waits for a whole round, so it sees every event from
// before it, and nothing is written then: what does not change stays as it is.

`include "tct_assert.svh"

module tct_tally #(
  parameter  int unsigned        Sources = 8,
  /// Bits of what a source adds in a cycle, at most Most; sources of one bit are marked in Single.
  parameter  int unsigned        IncW    = 1,
  parameter  int unsigned        Most    = 1,
  parameter  logic [Sources-1:0] Single  = '1,
  localparam int unsigned        IndexW  = $clog2(Sources),
  /// Cycles between two visits, with room for reads in between.
  localparam int unsigned        Round   = 3 * Sources + 8,
  localparam int unsigned        SmallW  = $clog2(Most * Round + 1),
  localparam int unsigned        SingleW = $clog2(Round + 1),
  localparam int unsigned        HalfW   = 32
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         clear_i,

  input  logic [Sources-1:0][IncW-1:0] inc_i,

  input  logic                         read_i,
  input  logic [IndexW-1:0]            index_i,
  input  logic                         high_i,
  output logic                         valid_o,
  output logic [HalfW-1:0]             half_o
);
  localparam int unsigned SettleW = $clog2(Round + 1);

  // The small counters, and the one at hand.
  logic [Sources-1:0][SmallW-1:0] small_q;

  for (genvar s = 0; s < Sources; s++) begin : gen_source
    localparam int unsigned Width = Single[s] ? SingleW : SmallW;
    logic [Width-1:0] count_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni || clear_i) begin
        count_q <= '0;
      end else begin
        count_q <= count_q + Width'(inc_i[s]);
      end
    end
    assign small_q[s] = SmallW'(count_q);
  end

  // The walk: a read of the low half, then of the high half; what comes to it is there a cycle later,
  // and is written in the cycle after that.
  logic              step, high_d, high_q, pending_q, pending_high_q, serve, served_q;
  logic [IndexW-1:0] at_d, at_q, pending_at_q, write_at_q;
  logic [SmallW-1:0] now, now_q, last, come, come_q;
  logic [HalfW-1:0]  old;
  logic [HalfW:0]    sum, sum_q;
  logic              carry_q, fresh, fresh_q, write_q, write_high_q;
  logic [IndexW:0]   fresh_left_d, fresh_left_q;
  logic [SettleW-1:0] settled_d, settled_q;

  assign step   = !serve;
  assign high_d = step ? !high_q : high_q;
  assign at_d   = !step || !high_q ? at_q : 32'(at_q) == Sources - 1 ? '0 : at_q + IndexW'(1);
  assign fresh  = fresh_left_q != '0;

  assign now  = small_q[at_q];
  assign come = (now - (fresh ? '0 : last)) & (Single[at_q] ? SmallW'((1 << SingleW) - 1) : '1);
  assign sum  = {1'b0, old} + (HalfW+1)'(pending_high_q ? SmallW'(carry_q) : come_q);

  // After a clear, the first visit of every source begins from zero.
  tct_ram #(.Width(HalfW), .Depth(2 * Sources)) u_sums (
    .clk_i, .we_i(write_q && !(write_high_q && sum_q[HalfW])),
    .waddr_i({write_at_q, write_high_q}), .wdata_i(sum_q[HalfW-1:0]),
    .re_i(1'b1), .zero_i(!serve && fresh),
    .raddr_i(serve ? {index_i, high_i} : {at_q, high_q}), .rdata_o(old)
  );
  tct_ram #(.Width(SmallW), .Depth(Sources)) u_last (
    .clk_i, .we_i(pending_q && !pending_high_q), .waddr_i(pending_at_q), .wdata_i(now_q),
    .re_i(1'b1), .zero_i(1'b0), .raddr_i(at_d), .rdata_o(last)
  );

  // A round after the last event, or after the read was asked for.
  assign serve   = read_i && !served_q && 32'(settled_q) == Round;
  assign valid_o = served_q;
  assign half_o  = old;

  always_comb begin
    settled_d = settled_q;
    if (clear_i || (inc_i != '0 && !read_i)) begin
      settled_d = '0;
    end else if (32'(settled_q) != Round) begin
      settled_d = settled_q + SettleW'(1);
    end
    fresh_left_d = fresh_left_q;
    if (clear_i) begin
      fresh_left_d = (IndexW+1)'(Sources + 1);
    end else if (fresh && step && high_q) begin
      fresh_left_d = fresh_left_q - (IndexW+1)'(1);
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      at_q         <= '0;
      high_q       <= 1'b0;
      pending_q    <= 1'b0;
      served_q     <= 1'b0;
      settled_q    <= '0;
      fresh_left_q <= (IndexW+1)'(Sources + 1);
    end else begin
      at_q         <= at_d;
      high_q       <= high_d;
      pending_q    <= step;
      served_q     <= serve;
      settled_q    <= settled_d;
      fresh_left_q <= fresh_left_d;
    end
  end

  always_ff @(posedge clk_i) begin
    pending_at_q   <= at_q;
    pending_high_q <= high_q;
    now_q          <= clear_i ? '0 : now;
    come_q         <= clear_i ? '0 : come;
    fresh_q        <= fresh || clear_i;
    if (pending_q && !pending_high_q) begin
      carry_q <= sum[HalfW];
    end
    write_q      <= pending_q && (fresh_q || (pending_high_q ? carry_q : come_q != '0));
    write_at_q   <= pending_at_q;
    write_high_q <= pending_high_q;
    sum_q        <= sum;
  end

  `TCT_ASSERT(ReadsWhatIsSettled, !(serve && write_q))
  `TCT_ASSERT(ReadHolds, read_i && !valid_o |=> read_i && $stable(index_i) && $stable(high_i))
endmodule
