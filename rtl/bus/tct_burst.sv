// SPDX-License-Identifier: Apache-2.0
//
// The beats of the next burst: what is wanted, at most 256, not beyond the 4 KiB page.

module tct_burst (
  /// Which beat of its page the address is.
  input  logic [8:0]  page_beat_i,
  input  logic [19:0] wanted_i,
  output logic [8:0]  beats_o
);
  logic [8:0] most;

  assign most    = 9'd256 - (page_beat_i[8] ? 9'(page_beat_i[7:0]) : 9'd0);
  assign beats_o = wanted_i > 20'(most) ? most : wanted_i[8:0];
endmodule
