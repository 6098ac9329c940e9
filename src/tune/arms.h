// SPDX-License-Identifier: BSD-3-Clause
// The arms that the tuner compares: a backend and a thread count. Constant once made.
#pragma once

#include <string>
#include <vector>

#include "backend/kind.h"

namespace switchblas::tune {

struct Arm {
  backend::Kind kind = backend::Kind::openblas;
  int threads = 1;
  std::string name;  // as tables have it: "openblas*all"
};

/// One thread, all `threads`, and on machines with eight or more one count between them, of each
/// library: OpenBLAS before BLIS, few threads before many. `all`: whether `threads` is what a call
/// may use on this machine, so that tables say "all".
std::vector<Arm> make_arms(int threads, bool all, bool blis);

/// The position of a library's arm with most threads, or -1.
int default_arm(const std::vector<Arm>& arms, backend::Kind kind);
/// The position of a library's arm with one thread, or -1.
int single_arm(const std::vector<Arm>& arms, backend::Kind kind);

}  // namespace switchblas::tune
