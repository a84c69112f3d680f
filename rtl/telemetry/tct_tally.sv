// SPDX-License-Identifier: Apache-2.0
//
// Many 64-bit counters in one memory. Each source has a small wrapping counter; a walker visits the
// sources in turn and adds the increase of each since its last visit to memory, before it can wrap:
// the low half first, then the carry to the high half. A high half of all ones stays.
//
//   inc_i -> small counter -> now - last -> + low half in memory -> carry -> + high half
//
// A read waits for a whole round of the walker after its request or the last event, so it sees
// every earlier event. Nothing is written then, as no source has increased.

`include "tct_assert.svh"

module tct_tally #(
  parameter  int unsigned        Sources = 8,
  /// A source adds IncW bits in a cycle, at most Most; Single marks the sources of one bit.
  parameter  int unsigned        IncW    = 1,
  parameter  int unsigned        Most    = 1,
  parameter  logic [Sources-1:0] Single  = '1,
  localparam int unsigned        IndexW  = $clog2(Sources),
  /// Cycles between two visits of a source, with some in between for reads.
  localparam int unsigned        Round   = 3 * Sources + 8,
  localparam int unsigned        SmallW  = $clog2(Most * Round + 1),
  localparam int unsigned        SingleW = $clog2(Round + 1),
  localparam int unsigned        HalfW   = 32
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // The increase of each source in this cycle.
  input  logic [Sources-1:0][IncW-1:0] inc_i,

  // A read of one half of a counter, held until it is answered.
  input  logic              read_i,
  input  logic [IndexW-1:0] index_i,
  input  logic              high_i,
  output logic              valid_o,
  output logic [HalfW-1:0]  half_o
);
  localparam int unsigned SettleW = $clog2(Round + 1);

  // The small counters, and that of the source that is visited.
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

  // A visit reads the low half, then the high half. The increase or the carry is added in the next
  // cycle, and the sum is written in the cycle after that.
  logic               step, high_d, high_q, pending_q, pending_high_q, serve, served_q;
  logic [IndexW-1:0]  at_d, at_q, next_q, pending_at_q, write_at_q;
  logic [SmallW-1:0]  now_q, written_q, last, come, come_q;
  logic [HalfW-1:0]   old;
  logic [HalfW:0]     sum, sum_q;
  logic               carry_q, fresh, fresh_q, write_q, write_high_q;
  logic [IndexW:0]    fresh_left_d, fresh_left_q;
  logic [SettleW-1:0] settled_d, settled_q;
  logic               quiet_d, quiet_q;

  assign step   = !serve;
  assign high_d = step ? !high_q : high_q;
  assign at_d   = step && high_q ? next_q : at_q;
  assign fresh  = fresh_left_q != '0;

  assign come = (now_q - last) & (Single[at_q] ? SmallW'((1 << SingleW) - 1) : '1);
  assign sum  = {1'b0, old} + (HalfW+1)'(pending_high_q ? SmallW'(carry_q) : come_q);

  // After a clear, the first visit of every source takes the halves in memory as zero.
  tct_ram #(.Width(HalfW), .Depth(2 * Sources)) u_sums (
    .clk_i, .we_i(write_q && !(write_high_q && sum_q[HalfW])),
    .waddr_i({write_at_q, write_high_q}), .wdata_i(sum_q[HalfW-1:0]),
    .re_i(1'b1), .zero_i(!serve && fresh),
    .raddr_i(serve ? {index_i, high_i} : {at_q, high_q}), .rdata_o(old)
  );
  tct_ram #(.Width(SmallW), .Depth(Sources)) u_last (
    .clk_i, .we_i(pending_q && !pending_high_q), .waddr_i(pending_at_q), .wdata_i(written_q),
    .re_i(1'b1), .zero_i(fresh_left_d != '0), .raddr_i(at_d), .rdata_o(last)
  );

  // One round after the last event, or after the request of a read.
  assign serve   = read_i && !served_q && quiet_q;
  assign valid_o = served_q;
  assign half_o  = old;

  always_comb begin
    settled_d = settled_q;
    quiet_d   = quiet_q || 32'(settled_q) == Round - 1;
    if (clear_i || (inc_i != '0 && !read_i)) begin
      settled_d = '0;
      quiet_d   = 1'b0;
    end else if (!quiet_q) begin
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
      next_q       <= IndexW'(1 % Sources);
      high_q       <= 1'b0;
      pending_q    <= 1'b0;
      served_q     <= 1'b0;
      settled_q    <= '0;
      quiet_q      <= 1'b0;
      fresh_left_q <= (IndexW+1)'(Sources + 1);
    end else begin
      at_q         <= at_d;
      if (step && high_q) begin
        next_q <= 32'(next_q) == Sources - 1 ? '0 : next_q + IndexW'(1);
      end
      high_q       <= high_d;
      pending_q    <= step;
      served_q     <= serve;
      settled_q    <= settled_d;
      quiet_q      <= quiet_d;
      fresh_left_q <= fresh_left_d;
    end
  end

  always_ff @(posedge clk_i) begin
    pending_at_q   <= at_q;
    pending_high_q <= high_q;
    // The next source to visit, one cycle ahead.
    if (!rst_ni || clear_i) begin
      now_q <= '0;
    end else if (high_q) begin
      now_q <= small_q[next_q];
    end
    written_q      <= clear_i ? '0 : now_q;
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
