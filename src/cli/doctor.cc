// SPDX-License-Identifier: BSD-3-Clause
// switchblas doctor: what this machine is, what would run on it and whether that is well.
#include <stdlib.h>
#include <strings.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "backend/find.h"
#include "backend/kernels.h"
#include "cli/child.h"
#include "cli/command.h"
#include "cli/probe.h"
#include "machine/cores.h"
#include "machine/cpu.h"

namespace switchblas::cli {
namespace {

using backend::Kind;
using Json = nlohmann::json;

struct DoctorOptions {
  bool json = false;
  bool no_probe = false;
  bool probe = false;
  bool system = false;
};

Json own_report(const machine::Cpu& cpu) {
  const machine::Cores cores = machine::count_cores(machine::FileRoot());
  return {{"version", SWITCHBLAS_VERSION},
          {"cpu", {{"name", cpu.name}, {"core_type", cpu.core_type}}},
          {"cores",
           {{"online", cores.online},
            {"affinity", cores.affinity},
            {"physical", cores.physical},
            {"quota", cores.quota},
            {"usable", machine::usable_cores(cores)}}},
          {"cap", machine::usable_cores(cores)},
          {"backends", Json::array()},
          {"tables", Json::array()},
          {"default_backend", ""},
          {"disabled", false}};
}

/// The library's messages, without their prefix.
std::vector<std::string> messages(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(begin, end - begin);
    for (const char* prefix : {"switchblas: ", "error: ", "warning: "}) {
      if (line.rfind(prefix, 0) == 0) line.erase(0, std::string(prefix).size());
    }
    if (!line.empty()) lines.push_back(line);
    begin = end + 1;
  }
  return lines;
}

/// Fills the report from the child, or from what can be seen without the library.
Json take_report(const machine::Cpu& cpu, Json& problems, Json& warnings) {
  // Loading waits for nothing: a minute means that it hangs.
  const ChildResult child = run_self({"report"}, {}, std::chrono::seconds(60));
  const Json report = Json::parse(child.out, nullptr, false);
  const bool whole = child.exit_code == 0 && report.is_object();
  for (const std::string& line : messages(child.err)) (whole ? warnings : problems).push_back(line);
  Json result = own_report(cpu);
  if (whole) {
    result.update(report);
  } else if (problems.empty()) {
    problems.push_back("the library gave no report: " + child.ending());
  }
  return result;
}

Kind kind_of(const std::string& name) {
  for (const Kind kind : {Kind::openblas, Kind::blis, Kind::reference}) {
    if (name == backend::kind_name(kind)) return kind;
  }
  return Kind::other;
}

Json known_wrong(const Json& one) {
  Json facts = Json::array();
  backend::Version version;
  backend::parse_version(one.value("version", std::string()).c_str(), version);
  const std::string kind = one.value("kind", std::string());
  const std::string kernel = one.value("kernel", std::string());
  std::size_t count = 0;
  const backend::KernelFact* fact = backend::kernel_facts(count);
  for (; count > 0; --count, ++fact) {
    if (kind != fact->library || strcasecmp(kernel.c_str(), fact->core) != 0) continue;
    if (version < fact->first || fact->last < version) continue;
    facts.push_back({{"fails", fact->fails},
                     {"right_with", fact->right_with},
                     {"evidence", fact->evidence},
                     {"avoided", fact->avoided}});
  }
  return facts;
}

/// The kind that SWITCHBLAS_BACKEND names; empty: as the table says, or a value that is ignored.
std::string asked_for() {
  const char* backend = getenv("SWITCHBLAS_BACKEND");
  if (backend == nullptr) return "";
  if (backend[0] == '/') return backend::kind_name(Kind::other);
  for (const Kind kind : {Kind::openblas, Kind::blis, Kind::reference}) {
    if (strcasecmp(backend, backend::kind_name(kind)) == 0) return backend::kind_name(kind);
  }
  return "";
}

/// Says of a backend that is not loaded why, and whether that is a problem.
void judge_missing(Json& one, bool openblas_loaded, const Json& report, Json& problems) {
  const Kind kind = kind_of(one["kind"]);
  const bool installed = !library_file(kind).empty();
  one["installed"] = installed;
  const std::string asked = asked_for();
  const bool wanted = asked == backend::kind_name(kind);
  if (!wanted && (kind == Kind::other || (kind == Kind::reference && openblas_loaded))) {
    one["why"] = "not needed";
    return;
  }
  if (report.value("disabled", false) || (!wanted && !asked.empty())) {
    one["why"] = "not asked for by the environment";
    return;
  }
  if (installed) {
    one["why"] = "it is installed but could not be loaded";
    problems.push_back(std::string(one["kind"]) + " is installed but not loaded");
  } else {
    one["why"] = "not installed";
    one["install"] = backend::package_of(kind);
    if (wanted || kind != Kind::reference) {
      problems.push_back(std::string(one["kind"]) + " is missing: install " +
                         backend::package_of(kind));
    }
  }
}

void judge_backends(Json& report, Json& problems) {
  Json backends = Json::array();
  bool any = false;
  bool openblas = false;
  for (const Json& one : report["backends"]) {
    if (!one.value("loaded", true)) continue;
    any = true;
    openblas = openblas || one.value("kind", std::string()) == "openblas";
  }
  for (const Kind kind : {Kind::openblas, Kind::blis, Kind::reference, Kind::other}) {
    Json entry = {{"kind", backend::kind_name(kind)}, {"loaded", false}};
    for (const Json& one : report["backends"]) {
      if (one.value("kind", std::string()) == backend::kind_name(kind)) entry.update(one);
    }
    if (!entry.contains("loaded")) entry["loaded"] = true;
    entry["known_wrong"] = known_wrong(entry);
    if (entry["loaded"] == false) {
      if (kind == Kind::other && asked_for() != "other") continue;
      judge_missing(entry, openblas, report, problems);
    }
    for (const Json& fact : entry["known_wrong"]) {
      if (fact["avoided"] == true) {
        problems.push_back(std::string(entry["kind"]) + " runs " + std::string(entry["kernel"]) +
                           " kernels: " + std::string(fact["fails"]));
      }
    }
    backends.push_back(entry);
  }
  if (!any) problems.push_back("no BLAS library is loaded: calls have no implementation");
  report["backends"] = backends;
}

Json probe_json(const std::vector<LibraryProbe>& probes, Json& problems, Json& warnings) {
  Json all = Json::array();
  for (const LibraryProbe& probe : probes) {
    if (probe.path.empty()) continue;
    Json trials = Json::array();
    for (const KernelTrial& trial : probe.trials) {
      Json one = {{"kernel", trial.core}, {"passed", trial.passed}};
      if (trial.passed) {
        one["gflops"] = trial.speed;
        one["score"] = trial.score;
      } else {
        one["problem"] = trial.problem;
      }
      trials.push_back(one);
    }
    all.push_back({{"kind", backend::kind_name(probe.kind)},
                   {"path", probe.path},
                   {"verdict", probe.verdict},
                   {"kept", probe.kept},
                   {"safe", probe.safe},
                   {"automatic", probe.automatic},
                   {"kernels", trials}});
    if (!probe.problem.empty()) {
      (probe.verdict.empty() ? problems : warnings)
          .push_back(std::string(backend::kind_name(probe.kind)) + ": " + probe.problem);
    }
  }
  return all;
}

std::string text_of(const Json& object, const char* name) {
  return object.value(name, std::string());
}

void print_machine(const Json& report) {
  const Json& cores = report["cores"];
  const int quota = cores.value("quota", 0);
  std::printf("Switchblas %s\n\n", text_of(report, "version").c_str());
  std::printf("CPU         %s (%s)\n", text_of(report["cpu"], "name").c_str(),
              text_of(report["cpu"], "core_type").c_str());
  std::printf("cores       %d online, %d in the affinity mask, %d physical, %s\n",
              cores.value("online", 0), cores.value("affinity", 0), cores.value("physical", 0),
              quota > 0 ? ("quota of " + std::to_string(quota)).c_str() : "no quota");
  const std::string cap_by = text_of(report, "cap_by");
  std::printf("cap         %d thread%s per call%s%s\n", report.value("cap", 0),
              report.value("cap", 0) == 1 ? "" : "s", cap_by.empty() ? "" : ": ", cap_by.c_str());
}

void print_backends(const Json& report) {
  for (const Json& one : report["backends"]) {
    const std::string kind = text_of(one, "kind");
    if (!one.value("loaded", false)) {
      std::printf("%-11s %s%s%s\n", kind.c_str(), text_of(one, "why").c_str(),
                  one.contains("install") ? ": install " : "", text_of(one, "install").c_str());
      continue;
    }
    std::printf("%-11s %s  %s%s\n", kind.c_str(), text_of(one, "version").c_str(),
                text_of(one, "path").c_str(),
                kind == text_of(report, "default_backend") ? "  (default)" : "");
    const std::string kernel = text_of(one, "kernel");
    const std::string automatic = text_of(one, "automatic");
    if (!kernel.empty()) {
      std::printf("            kernels %s, by itself %s: %s\n", kernel.c_str(),
                  automatic.empty() ? "not known" : automatic.c_str(), text_of(one, "why").c_str());
    }
    for (const Json& fact : one["known_wrong"]) {
      std::printf("            note: %s; right with %s\n", text_of(fact, "fails").c_str(),
                  text_of(fact, "right_with").c_str());
    }
  }
}

void print_tables(const Json& report) {
  const char* title = "table";
  for (const Json& one : report["tables"]) {
    std::printf("%-11s %s, %d routines  %s\n", title, text_of(one, "name").c_str(),
                one.value("routines", 0), text_of(one, "path").c_str());
    title = "  then";
  }
}

void print_probe(const Json& probes) {
  for (const Json& probe : probes) {
    const std::string kind = text_of(probe, "kind");
    const std::string verdict = text_of(probe, "verdict");
    std::printf(
        "probe       %s: %s%s\n", kind.c_str(),
        verdict.empty() ? "no kernel passed" : verdict.c_str(),
        probe.value("kept", false) ? ", from an earlier probe (--probe runs it again)" : "");
    for (const Json& one : probe["kernels"]) {
      const std::string kernel = text_of(one, "kernel");
      if (one.value("passed", false)) {
        std::printf("            %-15s right, %.1f GFLOPS on one core\n", kernel.c_str(),
                    one.value("score", 0.0));
      } else {
        std::printf("            %-15s %s\n", kernel.c_str(), text_of(one, "problem").c_str());
      }
    }
  }
}

void print(const Json& report) {
  print_machine(report);
  std::printf("\n");
  print_backends(report);
  print_tables(report);
  print_probe(report["probe"]);
  std::printf("\n");
  for (const Json& line : report["warnings"]) {
    std::printf("warning: %s\n", line.get<std::string>().c_str());
  }
  for (const Json& line : report["problems"]) {
    std::printf("problem: %s\n", line.get<std::string>().c_str());
  }
  std::printf(report["healthy"] == true ? "healthy\n" : "not healthy\n");
}

/// Variables of the backends that take part in the choice of kernels and threads.
void note_environment(Json& warnings) {
  for (const char* name : {"OPENBLAS_CORETYPE", "BLIS_ARCH_TYPE", "OPENBLAS_L2_SIZE"}) {
    const char* value = getenv(name);
    if (value == nullptr) continue;
    warnings.push_back(std::string(name) + "=" + value +
                       " is set: it goes before what is chosen here");
  }
}

int doctor(const DoctorOptions& options) {
  const machine::Cpu cpu = machine::identify_cpu(machine::FileRoot());
  Json problems = Json::array();
  Json warnings = Json::array();
  Json probe = Json::array();
  if (!options.no_probe) {
    probe = probe_json(probe_kernels({&cpu, options.probe, options.system}), problems, warnings);
  }
  Json report = take_report(cpu, problems, warnings);
  const bool told = !report["backends"].empty();
  if (told) judge_backends(report, problems);
  if (told && report.value("disabled", false)) {
    warnings.push_back("SWITCHBLAS_DISABLE is set: calls are not routed");
  } else if (told && !asked_for().empty()) {
    warnings.push_back("SWITCHBLAS_BACKEND is set: all calls go to that library, by no table");
  } else if (told && report["tables"].empty()) {
    problems.push_back("no table is in use: calls go to the default library with all threads");
  }
  note_environment(warnings);
  report["probe"] = probe;
  report["table"] = report["tables"].empty() ? Json(nullptr) : report["tables"][0];
  report["problems"] = problems;
  report["warnings"] = warnings;
  report["healthy"] = problems.empty();
  if (options.json) {
    std::printf("%s\n", report.dump(2, ' ', false, Json::error_handler_t::replace).c_str());
  } else {
    print(report);
  }
  return problems.empty() ? kDone : kFailed;
}

}  // namespace

void add_doctor(CLI::App& app, Action& action) {
  CLI::App* verb =
      app.add_subcommand("doctor", "Shows CPU, libraries, kernels and table, and what is not well");
  const auto options = std::make_shared<DoctorOptions>();
  verb->add_flag("--json", options->json, "Prints JSON");
  CLI::Option* never =
      verb->add_flag("--no-probe", options->no_probe, "Does not try the libraries' kernels");
  verb->add_flag("--probe", options->probe,
                 "Tries the kernels even where the verdict of an earlier time is kept")
      ->excludes(never);
  verb->add_flag("--system", options->system,
                 "Keeps the verdict for all users (in /var/cache/switchblas)")
      ->excludes(never);
  verb->callback([options, &action] { action = [=] { return doctor(*options); }; });
}

}  // namespace switchblas::cli
