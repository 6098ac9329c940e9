/* SPDX-License-Identifier: BSD-3-Clause */
/* switchblas.h in a program of 1989, twice included. */
#include "switchblas.h"

const char *(*const c_api_header)(void) = switchblas_version;
