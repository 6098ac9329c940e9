// SPDX-License-Identifier: BSD-3-Clause
// switchblas tune: measures on this machine and writes a table for it.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "backend/find.h"
#include "backend/kernels.h"
#include "backend/verdict.h"
#include "cli/candidates.h"
#include "cli/command.h"
#include "cli/probe.h"
#include "cli/terminal_line.h"
#include "machine/cores.h"
#include "machine/cpu.h"
#include "table/compile.h"
#include "table/locate.h"
#include "tune/load.h"
#include "tune/session.h"
#include "tune/tuner.h"
#include "tune/worker.h"

namespace switchblas::cli {
namespace {

namespace fs = std::filesystem;
using backend::Kind;
using Json = nlohmann::json;

constexpr double kBusy = 0.2;       // cores
constexpr double kProbeFrom = 300;  // seconds of a budget that has room for the kernel probe

struct TuneOptions {
  bool quick = false;
  bool full = false;
  bool system = false;
  bool json = false;
  double budget = 0;
  int max_threads = 0;
  std::string out;
  tune::Selection selection;
};

struct Files {
  fs::path table, source, samples;
};

Files files_of(const TuneOptions& options) {
  fs::path place = options.out;
  if (options.system) place = table::kSystemTable;
  if (place.empty()) {
    char user[table::kPathSize];
    if (!table::user_table(getenv("HOME"), getenv("XDG_CONFIG_HOME"), user)) {
      throw Failure(kUsage,
                    "neither XDG_CONFIG_HOME nor HOME is set: name a place with --out FILE");
    }
    place = user;
  }
  if (place.extension() == ".toml" || place.extension() == ".csv") {
    throw Failure(kUsage, "--out names the compiled table (FILE.sbt); its source goes beside it");
  }
  Files files{place, place, place};
  files.source.replace_extension(".toml");
  files.samples.replace_extension(".samples.csv");
  return files;
}

/// Before measuring: minutes of work must not end in a file that cannot be written.
void check_writable(const Files& files, bool may_choose) {
  fs::path folder = files.table.parent_path();
  if (folder.empty()) folder = ".";
  std::error_code error;
  fs::create_directories(folder, error);
  std::string why = error ? error.message() : "";
  if (!error) {
    const fs::path trial = folder / (".switchblas-tune-" + std::to_string(getpid()));
    const int file = open(trial.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) why = strerror(errno);
    if (file >= 0) close(file);
    fs::remove(trial, error);
  }
  if (!why.empty()) {
    throw Failure(kFailed, "the folder " + folder.string() + " cannot be written (" + why + "): " +
                               (may_choose ? "name another place with --out FILE"
                                           : "run as root, or without --system"));
  }
  if (fs::is_directory(files.table)) {
    throw Failure(kUsage, files.table.string() + " is a folder: name a file");
  }
}

/// The library with the kernels that it will run in programs: the probe's verdict, else what the
/// CPU's features prove safe.
tune::LibraryChoice choose(Kind kind, const machine::Cpu& cpu) {
  tune::LibraryChoice choice;
  choice.path = library_file(kind);
  if (choice.path.empty()) return choice;
  char core[backend::kMaxVerdict];
  if (backend::read_verdict(choice.path.c_str(), cpu, core, sizeof core)) {
    choice.kernel = core;
    return choice;
  }
  backend::Version version;
  backend::parse_version(library_version(choice.path).c_str(), version);
  choice.kernel = safe_choice(kind, cpu, version, "", choice.path);
  return choice;
}

void warn(const std::string& text) {
  std::fprintf(stderr, "switchblas: warning: %s\n", text.c_str());
}

/// Now, when there is time to do something about it.
void warn_if_busy() {
  const tune::Load load;
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  const double others = load.others();
  if (others <= kBusy) return;
  char text[160];
  std::snprintf(text, sizeof text,
                "other programs keep %.1f cores busy: times will be doubtful, and far fewer; stop "
                "them, or try again later",
                others);
  warn(text);
}

class Bar {
 public:
  void clear() const { line_.clear(); }
  void draw(const std::string& phase, double share, double left) {
    const auto now = std::chrono::steady_clock::now();
    if (!line_.shown() || now - last_ < std::chrono::milliseconds(300)) return;
    last_ = now;
    constexpr int width = 24;
    std::string bar(width, '-');
    const int done = static_cast<int>(std::lround(share * width));
    for (int i = 0; i < done && i < width; ++i) bar[static_cast<std::size_t>(i)] = '#';
    const int seconds = static_cast<int>(left);
    char text[160];
    std::snprintf(text, sizeof text, "[%s] %3.0f %%  %d:%02d left  %s", bar.c_str(), 100 * share,
                  seconds / 60, seconds % 60, phase.c_str());
    line_.say(text);
  }

 private:
  TerminalLine line_;
  std::chrono::steady_clock::time_point last_;
};

extern "C" void on_interrupt(int) { tune::interrupt_requested = true; }

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  // The second one ends the command at once.
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

tune::Request make_request(const TuneOptions& options, const machine::Cpu& cpu,
                           const Files& files) {
  tune::Request request;
  request.selection = options.selection;
  request.samples = files.samples;
  request.cpu_name = cpu.name[0] != '\0' ? cpu.name : cpu.core_type;
  request.core_type = cpu.core_type;
  char id[64];
  machine::cpu_id(cpu, id, sizeof id);
  request.cpu_id = id;
  request.cores = machine::usable_cores(machine::count_cores(machine::FileRoot()));
  request.threads =
      options.max_threads > 0 ? std::min(options.max_threads, request.cores) : request.cores;
  request.budget = 850;
  if (options.quick) request.budget = 85;
  if (options.full) {
    request.budget = 5400;
    request.sample_ns = 300e3;
    request.rounds = 9;
    request.max_ns = 150e6;
    request.held_out_ns = 900e6;
  }
  if (options.budget > 0) request.budget = options.budget;
  // A short budget is better spent on many small shapes.
  if (request.budget < 120 || options.quick) {
    request.sample_ns = 50e3;
    request.rounds = 5;
    request.max_ns = std::min(request.max_ns, 2e6);
    request.held_out_ns = std::min(request.held_out_ns, 12e6);
  }
  return request;
}

void print(const tune::Outcome& outcome, const TuneOptions& options, const Files& files) {
  const tune::Score& score = outcome.score;
  std::printf("%s\n%d shapes measured", outcome.libraries.c_str(), outcome.measured);
  if (outcome.earlier > 0) std::printf(", %d from earlier runs", outcome.earlier);
  std::printf("\n");
  if (outcome.source.empty()) {
    std::printf("too few to say anything: no table was written; the next run goes on from here\n");
    return;
  }
  std::printf("%d routines in %s\n", outcome.routines, files.table.c_str());
  if (score.shapes > 0) {
    std::printf("\non %d shapes that the table was not made from:\n", score.shapes);
    std::printf(
        "  time over the best arm's   %.3f in the mean, %.2f at 95 %%, %.2f at worst (%s)\n",
        score.regret, score.regret_p95, score.worst_regret, score.worst_shape.c_str());
    std::printf("  OpenBLAS, all threads      %.3f times faster in the mean\n",
                score.over_openblas);
    std::printf("  OpenBLAS, one thread       %.3f times faster\n", score.over_openblas_one);
    if (score.over_blis > 0) {
      std::printf("  BLIS, all threads          %.3f times faster\n", score.over_blis);
    }
    std::printf("  more than 5 %% slower than OpenBLAS on all threads: %.1f %% of shapes",
                100 * score.slower_share);
    if (score.worst_loss > 1) {
      std::printf(", at worst %.2f times (%s)", score.worst_loss, score.worst_loss_shape.c_str());
    }
    std::printf("\n");
  }
  if (score.stream > 0) {
    std::printf("  a mixed stream of calls    %.3f times faster than OpenBLAS on all threads\n",
                score.stream);
  }
  std::printf("(the libraries run the same kernels on both sides)\n");
  if (!options.out.empty()) {
    std::printf("\nto use it: SWITCHBLAS_TABLE=%s, or switchblas run --table\n",
                files.table.c_str());
  } else {
    std::printf("\nprograms that start from now on use it\n");
  }
}

void print_json(const tune::Outcome& outcome, const Files& files) {
  Json score = Json::object();
  if (outcome.score.shapes > 0) {
    for (const auto& [name, value] : tune::values_of(outcome.score)) score[name] = value;
    score["regret_worst_shape"] = outcome.score.worst_shape;
    score["slower_than_openblas_worst_shape"] = outcome.score.worst_loss_shape;
  }
  Json charges = Json::object();
  for (const auto& [arm, ns] : outcome.stream_ns) charges[arm] = ns;
  const Json result = {{"table", outcome.source.empty() ? Json() : Json(files.table.string())},
                       {"source", files.source.string()},
                       {"samples", files.samples.string()},
                       {"libraries", outcome.libraries},
                       {"routines", outcome.routines},
                       {"measured", outcome.measured},
                       {"earlier", outcome.earlier},
                       {"others_cores", outcome.others},
                       {"interrupted", outcome.interrupted},
                       {"stream_ns", charges},
                       {"score", score}};
  std::printf("%s\n", result.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
}

int tune_verb(const TuneOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    tune::make_subjects(options.selection);
  } catch (const std::invalid_argument& error) {
    throw Failure(kUsage, error.what());
  }
  const Files files = files_of(options);
  check_writable(files, !options.system);
  const machine::Cpu cpu = machine::identify_cpu(machine::FileRoot());
  tune::Request request = make_request(options, cpu, files);
  if (library_file(Kind::openblas).empty()) {
    throw Failure(kFailed, std::string("OpenBLAS is missing: install ") +
                               backend::package_of(Kind::openblas));
  }
  if (library_file(Kind::blis).empty()) {
    warn(std::string("BLIS is missing, so only OpenBLAS is measured; install ") +
         backend::package_of(Kind::blis));
  }
  for (const char* name : {"OPENBLAS_CORETYPE", "BLIS_ARCH_TYPE"}) {
    if (getenv(name) == nullptr) continue;
    warn(std::string(name) +
         " is set: it is passed over here, and the table is for the kernels "
         "that are chosen without it");
  }
  if (request.budget >= kProbeFrom) probe_kernels({&cpu, false, options.system});
  request.openblas = choose(Kind::openblas, cpu);
  request.blis = choose(Kind::blis, cpu);
  request.budget -= std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();

  warn_if_busy();
  Bar bar;
  tune::Report report;
  report.progress = [&](const std::string& phase, double share, double left) {
    bar.draw(phase, share, left);
  };
  report.warn = [&](const std::string& text) {
    bar.clear();
    warn(text);
  };
  catch_interrupts();
  const tune::Outcome outcome = tune::tune(request, report);
  bar.clear();
  if (outcome.others > kBusy) {
    char text[160];
    std::snprintf(text, sizeof text,
                  "other programs kept %.1f cores busy meanwhile: the times are doubtful, run it "
                  "again on an idle machine",
                  outcome.others);
    warn(text);
  }
  if (!outcome.source.empty()) {
    table::write_table(outcome.source, files.source);
    table::write_table(outcome.compiled, files.table);
  }
  if (options.json) {
    print_json(outcome, files);
  } else {
    print(outcome, options, files);
  }
  if (outcome.interrupted) {
    std::fprintf(stderr, "switchblas: interrupted: what was measured is kept in %s\n",
                 files.samples.c_str());
    return kInterrupted;
  }
  return outcome.source.empty() ? kFailed : kDone;
}

}  // namespace

void add_tune(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand(
      "tune", "Measures the libraries on this machine and writes a table for it (15 minutes)");
  const auto options = std::make_shared<TuneOptions>();
  verb->footer(
      "Run it on an idle machine. A table of your own goes before the built-in ones; the routines\n"
      "that it does not have are left to them. Ctrl-C keeps what was measured, and the next run\n"
      "goes on from there.");
  CLI::Option* quick = verb->add_flag("--quick", options->quick, "90 seconds: a coarse table");
  verb->add_flag("--full", options->full, "90 minutes: large sizes too, more samples")
      ->excludes(quick);
  verb->add_option("--budget", options->budget, "SECONDS to take, in place of the above")
      ->check(CLI::Range(1.0, 1e6));
  verb->add_option("--routines", options->selection.routines,
                   "Routines or families, with commas: dgemm,trsm")
      ->delimiter(',');
  verb->add_option("--types", options->selection.types, "Some of sdcz")->capture_default_str();
  verb->add_option("--max-threads", options->max_threads, "The most threads of a call")
      ->check(CLI::Range(1, 65535));
  CLI::Option* out = verb->add_option("--out", options->out,
                                      "FILE.sbt to write; FILE.toml and "
                                      "FILE.samples.csv go beside it");
  verb->add_flag("--system", options->system, "Writes the table for all users, in /etc/switchblas")
      ->excludes(out);
  verb->add_flag("--json", options->json, "Prints JSON");
  verb->callback([options, &action] { action = [=] { return tune_verb(*options); }; });
}

void add_tune_worker(CLI::App& app, Action& action) {
  CLI::App* verb = app.add_subcommand("tune-worker", "Measures what its parent asks for");
  verb->group("");
  const auto words = std::make_shared<std::vector<std::string>>();
  verb->add_option("LIBRARIES", *words, "OpenBLAS, its core, BLIS, its sub-configuration; - = none")
      ->expected(4)
      ->required();
  verb->callback([words, &action] {
    action = [=] {
      for (std::string& word : *words) {
        if (word == "-") word.clear();
      }
      return tune::run_worker({(*words)[0], (*words)[1]}, {(*words)[2], (*words)[3]});
    };
  });
}

}  // namespace switchblas::cli
