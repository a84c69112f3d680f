// SPDX-License-Identifier: Apache-2.0
//
// Issues the columns whose activation and weights are not zero. A chunk is a word of activations, and
// the bits of the map for its columns. What is left of it to issue goes to a queue, from which one
// thing is issued a cycle: a triple, a column, or the token that ends a sum. In a vector frame a
// word is an item, which waits until it is taken.
//
//   activations   7 0 0 3 | map 1 1 0 1  ->  columns 0 and 3: two cycles, and two columns skipped

`include "tct_assert.svh"

module tct_issue
  import tct_pkg::*;
#(
  parameter  int unsigned ColAw = 10,
  localparam int unsigned IdxW  = $clog2(WordW)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic clear_i,

  // The frame at hand.
  input  logic vector_i,
  /// Every column is issued, zeros included; so is every item of a vector frame.
  input  logic dense_i,
  output logic busy_o,

  // A chunk, from tct_walk. Its word comes in the next cycle, the bits of the map one cycle later.
  output logic                       ready_o,
  input  logic                       chunk_i,
  input  logic [ColAw-1:0]           column_i,
  input  logic [IdxW-1:0]            first_i,
  input  logic [IdxW:0]              stop_i,
  input  logic                       triple_i,
  input  logic                       end_i,
  input  logic [WordW-1:0][ActW-1:0] word_i,
  input  logic [WordW-1:0]           bits_i,

  // What is issued in this cycle, to bank A and the lanes.
  output logic                   triple_o,
  output logic                   column_o,
  output logic [ColAw-1:0]       addr_o,
  output logic signed [ActW-1:0] act_o,
  output logic                   token_o,
  input  logic                   token_ready_i,
  // An item of a vector frame; zero if its segment has length 0.
  output logic                   item_o,
  output logic                   item_end_o,
  output logic signed [ActW-1:0] item_act_o,
  input  logic                   item_take_i,

  // Counts of a chunk, three cycles after it, for telemetry.
  output logic [IdxW:0] columns_o,
  output logic [IdxW:0] skip_act_o,
  output logic [IdxW:0] skip_wgt_o
);
  localparam int unsigned LevelW = $clog2(FifoDepth) + 1;

  typedef struct packed {
    logic [WordW-1:0][ActW-1:0] word;
    logic [ColAw-1:0]           column;
    // The bits that decide how long an entry takes come straight from registers of the queue.
    logic [WordW-1:0]           todo;
    logic                       triple;
    logic                       ends;
  } entry_t;

  function automatic logic [IdxW:0] ones(logic [WordW-1:0] of);
    ones = '0;
    for (int unsigned i = 0; i < WordW; i++) begin
      ones += (IdxW+1)'(of[i]);
    end
  endfunction

  /// The activation at the lowest bit that is set; zero if none is.
  function automatic logic [ActW-1:0] lowest(logic [WordW-1:0][ActW-1:0] word,
                                             logic [WordW-1:0] of);
    lowest = '0;
    for (int unsigned i = 0; i < WordW; i++) begin
      lowest |= word[i] & {ActW{of[i] && (of & WordW'((1 << i) - 1)) == '0}};
    end
  endfunction

  /// Whether at most one bit is set.
  function automatic logic few(logic [WordW-1:0] of);
    few = 1'b1;
    for (int unsigned i = 1; i < WordW; i++) begin
      few &= !(of[i] && |(of & WordW'((1 << i) - 1)));
    end
  endfunction

  // The chunk whose word and bits are at the memories' outputs.
  logic                       chunk1_q, triple1_q, end1_q;
  logic [ColAw-1:0]           column1_q;
  logic [IdxW-1:0]            first1_q;
  logic [IdxW:0]              stop1_q;
  logic [WordW-1:0]           mask;
  logic                       none;
  // The same chunk, registered.
  logic                       chunk2_q, triple2_q, end2_q;
  logic [ColAw-1:0]           column2_q;
  logic [IdxW:0]              columns_q, columns3_q, skip_act_q, skip_wgt_q;
  logic [WordW-1:0]           mask_q, nonzero, worth, todo;
  logic [WordW-1:0][ActW-1:0] word_q;
  // The head of the queue.
  logic                       write, waits, load;
  logic [LevelW-1:0]          level_q, level;
  entry_t                     made, head;
  // The word that is being issued.
  logic                       any_q, alone, free, few_q, valid_q, item_q, triple_q, end_q, head_few;
  logic [WordW-1:0]           todo_q, rest;
  logic [IdxW-1:0]            index;
  logic [WordW-1:0][ActW-1:0] now_q;
  logic [ActW-1:0]            item_act_q;
  logic [ColAw-1:0]           now_column_q;

  always_comb begin
    for (int unsigned i = 0; i < WordW; i++) begin
      mask[i] = 4'(i) >= 4'(first1_q) && 4'(i) < stop1_q;
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      chunk1_q <= 1'b0;
      chunk2_q <= 1'b0;
    end else begin
      chunk1_q <= chunk_i;
      chunk2_q <= chunk1_q;
    end
  end

  assign none = !rst_ni || clear_i || !chunk1_q;

  always_ff @(posedge clk_i) begin
    column1_q <= column_i;
    first1_q  <= first_i;
    stop1_q   <= stop_i;
    triple1_q <= triple_i;
    end1_q    <= end_i;
    column2_q <= column1_q;
    word_q    <= word_i;
    mask_q    <= mask;
    triple2_q <= triple1_q;
    end2_q    <= end1_q;
    columns_q <= stop1_q - 4'(first1_q);
    if (none) begin
      mask_q    <= '0;
      triple2_q <= 1'b0;
      end2_q    <= 1'b0;
    end
    if (none || vector_i) begin
      columns_q <= '0;
    end
  end

  always_comb begin
    for (int unsigned i = 0; i < WordW; i++) begin
      nonzero[i] = word_q[i] != '0 || dense_i;
      worth[i]   = bits_i[i] || dense_i;
    end
  end
  assign todo       = mask_q & nonzero & worth;
  assign columns_o  = columns3_q;
  assign skip_act_o = skip_act_q;
  assign skip_wgt_o = skip_wgt_q;

  always_ff @(posedge clk_i) begin
    columns3_q <= columns_q;
    skip_act_q <= ones(mask_q & worth & ~nonzero);
    skip_wgt_q <= ones(mask_q & ~worth);
  end

  // A chunk without anything to issue does not enter the queue.
  assign write = todo != '0 || triple2_q || end2_q || (chunk2_q && vector_i);
  assign made  = '{word: word_q, column: column2_q, todo: todo, triple: triple2_q, ends: end2_q};
  assign load  = free && waits;

  tct_fifo #(.Width($bits(entry_t)), .Depth(FifoDepth), .Early(WordW + 2)) u_fifo (
    .clk_i, .rst_ni, .clear_i, .valid_i(write), .data_i(made),
    .valid_o(waits), .ready_i(free), .data_o(head), .count_o(level)
  );

  // The words in the queue are counted here too, so that the signal that holds the walk comes
  // straight from a register.
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      level_q <= '0;
    end else begin
      if (write != load) begin
        level_q <= level_q + (load ? '1 : LevelW'(1));
      end
    end
  end
  assign ready_o = level_q < LevelW'(FifoFull);

  // Not by `few`: synthesis would share its logic behind a multiplexer whose select comes late.
  assign head_few = (head.todo & (head.todo - WordW'(1))) == '0;

  // The lowest bit that is set, and the others.
  always_comb begin
    for (int unsigned i = 0; i < WordW; i++) begin
      rest[i] = todo_q[i] && (todo_q & WordW'((1 << i) - 1)) != '0;
    end
    index = '1;
    for (int unsigned i = WordW - 1; i > 0; i--) begin
      if (todo_q[i-1]) begin
        index = IdxW'(i - 1);
      end
    end
  end

  assign alone      = triple_q ? !any_q && !end_q
                               : few_q && (!end_q || (!any_q && token_ready_i));
  assign free       = !valid_q || (vector_i ? item_take_i : alone);
  assign triple_o   = !vector_i && triple_q;
  assign column_o   = !vector_i && !triple_q && any_q;
  assign token_o    = !vector_i && !triple_q && !any_q && end_q && token_ready_i;
  assign addr_o     = now_column_q + ColAw'(index);
  assign act_o      = signed'(now_q[index]);
  assign item_o     = item_q;
  assign item_end_o = end_q;
  assign item_act_o = signed'(item_act_q);
  assign busy_o     = chunk1_q || chunk2_q || waits || valid_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      valid_q  <= 1'b0;
      item_q   <= 1'b0;
      todo_q   <= '0;
      any_q    <= 1'b0;
      triple_q <= 1'b0;
      end_q    <= 1'b0;
    end else if (free) begin
      valid_q  <= waits;
      item_q   <= waits && vector_i;
      todo_q   <= head.todo & {WordW{waits}};
      any_q    <= waits && head.todo != '0;
      triple_q <= head.triple && waits;
      end_q    <= head.ends && waits;
    end else begin
      triple_q <= 1'b0;
      if (column_o) begin
        todo_q <= rest;
        any_q  <= !few_q;
      end
      if (token_o) begin
        end_q <= 1'b0;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (free) begin
      few_q <= head_few;
    end else if (column_o) begin
      few_q <= few(rest);
    end
    if (free) begin
      now_q        <= head.word;
      item_act_q   <= lowest(head.word, head.todo);
      now_column_q <= head.column;
    end
  end

  `TCT_ASSERT(IssuesOneThing, $onehot0({triple_o, column_o, token_o}))
  `TCT_ASSERT(KnowsTheLast, !valid_q || few_q == (rest == '0))
  `TCT_ASSERT(KnowsTheFirst, any_q == (todo_q != '0))
  `TCT_ASSERT(TakesItems, item_take_i |-> item_o)
  `TCT_ASSERT(CountsTheQueue, level_q == level)
  `TCT_ASSERT(ColumnsAddUp, vector_i || columns_q == ones(todo)
              + ones(mask_q & worth & ~nonzero) + ones(mask_q & ~worth))
endmodule
