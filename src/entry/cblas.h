// SPDX-License-Identifier: BSD-3-Clause
// Typed CBLAS entries: for each argument pattern a template Cblas<Pattern> that checks its
// arguments in the order of the reference CBLAS and goes on as the Fortran routine, row-major with
// operands exchanged. Nothing is stored: as safe in threads as the routine itself.
#pragma once

#include "entry/cblas_level1.h"
#include "entry/cblas_level2.h"
#include "entry/cblas_level3.h"
