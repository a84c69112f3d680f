/* Prints every constant of a network's boundary, exactly. */
#include "tfmbs_mlp_boundary.h"

#include <stdio.h>

#define PRINT(values) print(values, sizeof(values) / sizeof((values)[0]))

static void print(const double *values, unsigned long count) {
  for (unsigned long i = 0; i < count; ++i) {
    printf("%.17g ", values[i]);
  }
}

int main(void) {
  PRINT(tfmbs_mlp_boundary.x.factor);
  PRINT(tfmbs_mlp_boundary.x.offset);
  PRINT(tfmbs_mlp_boundary.x.scale);
  printf("%ld %ld %ld ", (long)tfmbs_mlp_boundary.x.zero_point, (long)tfmbs_mlp_boundary.x.low,
         (long)tfmbs_mlp_boundary.x.high);
  PRINT(tfmbs_mlp_boundary.fc2_linear.factor);
  PRINT(tfmbs_mlp_boundary.fc2_linear.offset);
  return 0;
}
