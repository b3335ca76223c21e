// The grids of the types IQ1 to IQ3: which combinations of four or eight values a block may hold (dequantise_grids.c).
#ifndef HOLDFAST_DEQUANTISE_GRIDS_H
#define HOLDFAST_DEQUANTISE_GRIDS_H

#include <stdint.h>

// Eight values an entry, each an index of 2 bits, the first in the lowest.
extern const uint16_t hf_grid_iq2_xxs[256], hf_grid_iq2_xs[512], hf_grid_iq2_s[1024], hf_grid_iq1[2048];
// Four values an entry, each an index of 3 bits in a nibble, the first in the lowest.
extern const uint16_t hf_grid_iq3_xxs[256], hf_grid_iq3_s[512];

#endif
