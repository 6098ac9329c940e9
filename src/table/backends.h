// SPDX-License-Identifier: BSD-3-Clause
// The names of the backend kinds in tables, in the order of BackendKind. Constant.
#pragma once

#include "table/format.h"

namespace switchblas::table {

inline constexpr const char* kBackendNames[kBackendKinds] = {"openblas", "blis", "reference",
                                                             "other"};

}  // namespace switchblas::table
