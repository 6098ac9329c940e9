// SPDX-License-Identifier: BSD-3-Clause
// The whole run: measures on this machine, fits rules, scores them on shapes that were kept apart,
// and gives the table. Measuring is done in a child process (worker.h). Used from one thread.
//
// 1. A mixed stream of calls tells what an arm costs more there than in a hot loop.
// 2. A pass over all families fills the space of sizes evenly; families have equal time.
// 3. Samples where neighbours disagree on the best arm.
// 4. Shapes that are never tuned on give the score; where the table lost against OpenBLAS's
// default,
//    once more with many rounds. A mixed stream by the table must not be slower than by that
//    default; if it is, arms other than it are charged more and the rules fitted anew.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "tune/arms.h"
#include "tune/libraries.h"
#include "tune/score.h"
#include "tune/shapes.h"

namespace switchblas::tune {

struct Request {
  LibraryChoice openblas, blis;
  std::string cpu_name, core_type, cpu_id;
  int cores = 1;    // that a call may use
  int threads = 1;  // of the arms with most threads
  Selection selection;
  double budget = 900;       // seconds
  double sample_ns = 150e3;  // least work of one sample
  int rounds = 7;
  double max_ns = 15e6;           // longest call that is tuned on, as guessed
  double held_out_ns = 90e6;      // and that is scored
  std::filesystem::path samples;  // the file that is gone on from
};

struct Report {
  std::function<void(const std::string& phase, double share_done, double seconds_left)> progress;
  std::function<void(const std::string&)> warn;
};

struct Outcome {
  std::string source;  // TOML; empty where nothing could be said
  std::string compiled;
  bool interrupted = false;
  int earlier = 0;        // samples of earlier runs
  int measured = 0;       // and of this one
  double others = 0;      // cores that other programs kept busy meanwhile
  int routines = 0;       // in the table
  std::string libraries;  // "OpenBLAS 0.3.21 SkylakeX, BLIS 0.9.0 skx"
  std::vector<std::pair<std::string, double>> stream_ns;  // by arm: charge in a mixed stream
  Score score;
};

/// Throws std::runtime_error where no measuring is possible.
Outcome tune(const Request& request, const Report& report);

}  // namespace switchblas::tune
