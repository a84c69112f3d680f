// SPDX-License-Identifier: Apache-2.0
//
// PT-5 holds five trits t_0 to t_4 in a byte: the sum of 3^i (t_i + 1). Codes from 243 on are
// illegal. Example: 1, 0, -1, 0, 0 is 2 + 3 + 0 + 27 + 81 = 113.

module tct_pt5
  import tct_pkg::*;
(
  // A byte in, its trits out, in the same cycle.
  input  logic [7:0]                      byte_i,
  output logic [ByteTrits-1:0][TritW-1:0] trits_o,
  output logic                            illegal_o
);
  typedef logic [255:0][ByteTrits-1:0][TritW-1:0] table_t;

  function automatic table_t make_table();
    make_table = '0;
    for (int unsigned code = 0; code < Pt5Codes; code++) begin
      int unsigned rest;
      rest = code;
      for (int unsigned i = 0; i < ByteTrits; i++) begin
        // A digit to the base 3 is the trit plus one.
        make_table[code][i] = rest % 3 == 0 ? 2'b01 : rest % 3 == 1 ? 2'b10 : 2'b11;
        rest = rest / 3;
      end
    end
  endfunction

  localparam table_t Table = make_table();

  assign trits_o   = Table[byte_i];
  assign illegal_o = 32'(byte_i) >= Pt5Codes;
endmodule
