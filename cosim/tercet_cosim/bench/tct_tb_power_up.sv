// SPDX-License-Identifier: Apache-2.0
//
// Before the first edge in reset every register is random, the clock itself is: no assertion holds.

module tct_tb_power_up (
  input logic clk_i,
  input logic rst_ni
);
  initial $assertoff;

  always @(posedge clk_i) begin
    if (!rst_ni) $asserton;
  end
endmodule
