#ifndef HOLDFAST_CKERNELS_H
#define HOLDFAST_CKERNELS_H

#include "attention.h"
#include "backward.h"
#include "dequantise.h"
#include "dequantise_packed.h"
#include "elementary.h"
#include "gemm.h"
#include "kernel_choice.h"
#include "rowwise.h"

#endif
