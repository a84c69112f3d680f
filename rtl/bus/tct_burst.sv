// SPDX-License-Identifier: Apache-2.0
//
// The length of the next burst: the beats that are wanted, at most 256, within one 4 KiB page.

module tct_burst
  import tct_pkg::*;
(
  /// Number of the address's beat within its page of 512 beats, which holds two longest bursts.
  input  logic [BurstW-1:0] page_beat_i,
  input  logic [BeatsW-1:0] wanted_i,
  output logic [BurstW-1:0] beats_o
);
  logic [BurstW-1:0] most;

  assign most    = BurstW'(BurstBeats)
                   - (page_beat_i[BurstW-1] ? BurstW'(page_beat_i[BurstW-2:0]) : BurstW'(0));
  assign beats_o = wanted_i > BeatsW'(most) ? most : wanted_i[BurstW-1:0];
endmodule
