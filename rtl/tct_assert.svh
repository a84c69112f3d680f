// SPDX-License-Identifier: Apache-2.0
//
// Assertions by name. They stay on in every simulation; only synthesis drops them.

`ifndef TCT_ASSERT_SVH_
`define TCT_ASSERT_SVH_

// The parameters of a module must satisfy Cond.
`define TCT_ASSERT_STATIC(Name, Cond)                   \
  if (!(Cond)) begin : gen_``Name                       \
    $error(`"Name: the parameters break Cond`");        \
  end

`ifdef SYNTHESIS
`define TCT_ASSERT(Name, Prop)
`else
`define TCT_ASSERT(Name, Prop)                                          \
  Name: assert property (@(posedge clk_i) disable iff (!rst_ni) (Prop)) \
    else $error(`"[Name] %m`");
`endif

`endif
