/* Runs two networks on the same four integers, and prints what each returns. */
#include <stdio.h>
#include <stdlib.h>

#include "Net.h"
#include "Net_boundary.h"
#include "net.h"
#include "net_boundary.h"

int main(int argc, char **argv) {
  static net_values_t one;
  static Net_values_t other;
  if (argc != 5) {
    return 2;
  }
  for (int i = 0; i < 4; ++i) {
    one.x[i] = other.x[i] = (int8_t)atoi(argv[i + 1]);
  }
  if (net_run(&one) != TERCET_OK || Net_run(&other) != TERCET_OK) {
    return 1;
  }
  for (int i = 0; i < 3; ++i) {
    printf("%ld ", (long)one.weight_linear[i]);
  }
  printf("\n");
  for (int i = 0; i < 3; ++i) {
    printf("%ld ", (long)other.weight_linear[i]);
  }
  printf("\n");
  return net_boundary.x.scale[0] == Net_boundary.x.scale[0] ? 0 : 3;
}
