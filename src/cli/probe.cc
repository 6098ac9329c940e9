// SPDX-License-Identifier: BSD-3-Clause
#include "cli/probe.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "backend/find.h"
#include "backend/kernels.h"
#include "backend/verdict.h"
#include "cli/candidates.h"
#include "cli/child.h"
#include "cli/terminal_line.h"

namespace switchblas::cli {
namespace {

using backend::Kind;
using Json = nlohmann::json;

constexpr std::chrono::seconds kTimeOut(20);
// By how much a kernel must be faster than the one that is safe without a probe.
constexpr double kNeverSlower = 0.85;  // of the rate of the library's own choice
constexpr double kMargin = 1.05;

/// The object that the child printed on its last line; null where there is none.
Json answer_of(const ChildResult& child) {
  const std::size_t begin = child.out.rfind("\n{");
  if (child.exit_code != 0 || begin == std::string::npos) return nullptr;
  Json answer = Json::parse(child.out.substr(begin + 1), nullptr, false);
  return answer.is_object() ? answer : Json(nullptr);
}

ChildResult run_child(const std::string& path, const std::string& core, bool only_measure = false) {
  std::vector<std::string> arguments = {"probe-kernel", path};
  if (!core.empty()) arguments.push_back(core);
  if (only_measure) arguments.push_back("--only-measure");
  // A preloaded BLAS would catch the calls inside the library.
  return run_self(arguments,
                  {"LD_PRELOAD", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "BLIS_ARCH_TYPE"},
                  kTimeOut);
}

std::string last_line(const std::string& text) {
  const std::size_t end = text.find_last_not_of('\n');
  if (end == std::string::npos) return "";
  const std::size_t begin = text.rfind('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

std::string problem_of(const ChildResult& child) {
  const std::string said = last_line(child.err);
  return child.ending() + (said.empty() ? "" : ": " + said);
}

double score_of(const Json& speed) {
  double sum = 0;
  for (const auto& rate : speed) sum += std::log(rate.get<double>());
  return speed.empty() ? 0 : std::exp(sum / static_cast<double>(speed.size()));
}

KernelTrial try_kernel(const std::string& path, const std::string& core) {
  KernelTrial trial;
  trial.core = core;
  const ChildResult child = run_child(path, core);
  const Json answer = answer_of(child);
  if (answer.is_null()) {
    trial.problem = problem_of(child);
  } else if (!answer.contains("failed")) {
    trial.problem = "this build runs " + answer.value("core", std::string("?")) + " in its place";
  } else if (!answer["failed"].empty()) {
    trial.problem = "wrong numbers: " + answer["failed"][0].get<std::string>();
  } else {
    trial.passed = true;
    trial.speed = answer.value("speed", Json::object());
    trial.score = score_of(trial.speed);
  }
  return trial;
}

KernelTrial* find_trial(std::vector<KernelTrial>& trials, const std::string& core) {
  for (KernelTrial& trial : trials) {
    if (trial.core == core) return &trial;
  }
  return nullptr;
}

KernelTrial* fastest(std::vector<KernelTrial>& trials) {
  KernelTrial* best = nullptr;
  for (KernelTrial& trial : trials) {
    if (trial.passed && (best == nullptr || trial.score > best->score)) best = &trial;
  }
  return best;
}

/// The least of a kernel's rates as a share of those of the library's own choice.
double least_share(const KernelTrial& trial, const KernelTrial& usual) {
  double least = 1;
  for (const auto& [item, rate] : usual.speed.items()) {
    least = std::min(least, trial.speed.value(item, 0.0) / rate.get<double>());
  }
  return least;
}

/// A kernel that is best in the mean must not make some calls slower than they were, not even where
/// the library's own choice is one that has to be avoided. Where all do, that with the least loss
/// stays.
void leave_out_slower(LibraryProbe& probe) {
  const KernelTrial* usual = find_trial(probe.trials, probe.automatic);
  if (probe.kind != Kind::openblas || usual == nullptr || usual->speed.empty()) return;
  double best_share = 0;
  for (const KernelTrial& trial : probe.trials) {
    if (trial.passed) best_share = std::max(best_share, least_share(trial, *usual));
  }
  for (KernelTrial& trial : probe.trials) {
    if (!trial.passed) continue;
    const double share = least_share(trial, *usual);
    if (share >= kNeverSlower || share >= best_share) continue;
    trial.passed = false;
    trial.problem = "slower than " + usual->core + " in some calls";
  }
}

/// Once more, and the better rates: a virtual machine may have run at half its speed for seconds.
void measure_again(LibraryProbe& probe, const TerminalLine& progress) {
  for (KernelTrial& trial : probe.trials) {
    if (trial.speed.empty()) continue;
    progress.say("measuring " + trial.core + " once more");
    const Json answer = answer_of(run_child(probe.path, trial.core, true));
    if (!answer.is_object() || !answer.contains("speed")) continue;
    for (auto& [item, rate] : trial.speed.items()) {
      rate = std::max(rate.get<double>(), answer["speed"].value(item, 0.0));
    }
    trial.score = score_of(trial.speed);
  }
}

/// The safe one unless another is clearly faster, twice.
std::string decide(LibraryProbe& probe, const TerminalLine& progress) {
  measure_again(probe, progress);
  leave_out_slower(probe);
  KernelTrial* best = fastest(probe.trials);
  if (best == nullptr) return "";
  const KernelTrial* safe = find_trial(probe.trials, probe.safe);
  if (safe == nullptr || !safe->passed || safe == best) return best->core;
  // Between others that are about as fast, chance should not decide.
  const KernelTrial* usual = find_trial(probe.trials, probe.automatic);
  if (usual != nullptr && usual->passed && best->score < kMargin * usual->score) {
    best = find_trial(probe.trials, probe.automatic);
  }
  if (best->score < kMargin * safe->score) return safe->core;
  progress.say(std::string("comparing ") + best->core + " with " + safe->core + " once more");
  const KernelTrial safe_again = try_kernel(probe.path, safe->core);
  const KernelTrial best_again = try_kernel(probe.path, best->core);
  const bool clear = best_again.passed && best_again.score >= kMargin * safe_again.score;
  return clear ? best->core : safe->core;
}

void keep(LibraryProbe& probe, const ProbeRequest& request) {
  char user_file[PATH_MAX];
  const char* file = backend::kSystemVerdicts;
  if (!request.system) {
    if (!backend::user_verdicts(user_file, sizeof user_file)) {
      probe.problem = "the verdict is not kept: neither XDG_CACHE_HOME nor HOME is set";
      return;
    }
    file = user_file;
  }
  if (!backend::write_verdict_file(file, probe.path.c_str(), *request.cpu, probe.verdict.c_str())) {
    probe.problem = std::string("the verdict is not kept: ") + file + ": " + strerror(errno);
  }
}

bool use_kept_verdict(LibraryProbe& probe, const ProbeRequest& request) {
  char core[backend::kMaxVerdict];
  if (request.again ||
      !backend::read_verdict(probe.path.c_str(), *request.cpu, core, sizeof core)) {
    return false;
  }
  probe.verdict = core;
  probe.kept = true;
  return true;
}

void try_candidates(LibraryProbe& probe, const ProbeRequest& request,
                    const TerminalLine& progress) {
  backend::Version version;
  backend::parse_version(probe.version.c_str(), version);
  const Candidates candidates =
      candidates_of(probe.kind, *request.cpu, version, probe.automatic, probe.path);
  probe.safe = candidates.safe;
  for (const std::string& core : candidates.avoided) {
    KernelTrial trial;
    trial.core = core;
    trial.problem =
        std::string("not tried: ") +
        backend::avoided_core(backend::kind_name(probe.kind), core.c_str(), version)->fails;
    // What programs had before is still the measure of speed.
    if (core == probe.automatic) {
      const Json answer = answer_of(run_child(probe.path, core, true));
      if (answer.is_object()) trial.speed = answer.value("speed", Json::object());
    }
    probe.trials.push_back(trial);
  }
  for (std::size_t i = 0; i < candidates.tried.size(); ++i) {
    progress.say(std::string("probing ") + backend::kind_name(probe.kind) + " " + probe.version +
                 ": " + candidates.tried[i] + " (" + std::to_string(i + 1) + " of " +
                 std::to_string(candidates.tried.size()) + ")");
    probe.trials.push_back(try_kernel(probe.path, candidates.tried[i]));
  }
}

LibraryProbe probe_library(Kind kind, const ProbeRequest& request, const TerminalLine& progress) {
  LibraryProbe probe;
  probe.kind = kind;
  probe.path = library_file(kind);
  if (probe.path.empty() || use_kept_verdict(probe, request)) return probe;
  const ChildResult child = run_child(probe.path, "");
  const Json answer = answer_of(child);
  if (answer.is_null()) {
    probe.problem = "the library does not start: " + problem_of(child);
    return probe;
  }
  probe.version = answer.value("version", std::string());
  probe.automatic = answer.value("core", std::string());
  if (answer.value("kind", std::string()) != backend::kind_name(kind)) {
    probe.problem = "the file is not " + std::string(backend::kind_name(kind));
    return probe;
  }
  try_candidates(probe, request, progress);
  probe.verdict = decide(probe, progress);
  if (probe.verdict.empty()) {
    probe.problem = "no kernel passed the checks";
  } else {
    keep(probe, request);
  }
  return probe;
}

}  // namespace

std::string library_version(const std::string& path) {
  const Json answer = answer_of(run_child(path, ""));
  return answer.is_object() ? answer.value("version", std::string()) : "";
}

std::string library_file(Kind kind) {
  const char* variable = kind == Kind::openblas    ? "SWITCHBLAS_OPENBLAS"
                         : kind == Kind::blis      ? "SWITCHBLAS_BLIS"
                         : kind == Kind::reference ? "SWITCHBLAS_REFERENCE_BLAS"
                                                   : "SWITCHBLAS_BACKEND";
  const char* named = getenv(variable);
  // Names that are no absolute path are ignored by the library too.
  if (named != nullptr && named[0] == '/') return access(named, R_OK) == 0 ? named : "";
  for (const char* const* path = backend::candidates(kind); *path != nullptr; ++path) {
    if (access(*path, R_OK) == 0) return *path;
  }
  return "";
}

std::vector<LibraryProbe> probe_kernels(const ProbeRequest& request) {
  const TerminalLine progress;
  std::vector<LibraryProbe> probes;
  for (const Kind kind : {Kind::openblas, Kind::blis}) {
    probes.push_back(probe_library(kind, request, progress));
  }
  return probes;
}

}  // namespace switchblas::cli
