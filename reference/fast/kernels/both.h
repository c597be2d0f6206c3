/* The algorithms for both number types, with the instruction set that `kernels.h` has chosen. */

#define REAL_NAME float
#define REAL_BYTES 4
#include "types.h"
#include "planes.h"
#include "correlate.h"
#include "filter_gradient.h"
#include "image_gradient.h"
#include "convolve.h"
#include "pool.h"
#include "undo.h"

#define REAL_NAME double
#define REAL_BYTES 8
#include "types.h"
#include "planes.h"
#include "correlate.h"
#include "filter_gradient.h"
#include "image_gradient.h"
#include "convolve.h"
#include "pool.h"
#include "undo.h"
