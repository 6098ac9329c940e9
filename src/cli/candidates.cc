// SPDX-License-Identifier: BSD-3-Clause
#include "cli/candidates.h"

#include <string.h>
#include <strings.h>

#include <algorithm>

namespace switchblas::cli {
namespace {

using backend::Kind;
using machine::Architecture;
using machine::Cpu;

using Proof = bool (*)(const Cpu&);

bool has_avx(const Cpu& cpu) { return cpu.avx; }
bool has_avx2(const Cpu& cpu) { return cpu.avx2 && cpu.fma; }
// Two names for much the same kernels: each vendor's own are enough.
bool is_zen(const Cpu& cpu) {
  return has_avx2(cpu) &&
         (strcmp(cpu.vendor, "AuthenticAMD") == 0 || strcmp(cpu.vendor, "HygonGenuine") == 0);
}
bool is_no_zen(const Cpu& cpu) { return has_avx2(cpu) && !is_zen(cpu); }
bool has_avx512(const Cpu& cpu) { return cpu.avx512_for_kernels(); }
bool has_avx512_bf16(const Cpu& cpu) { return has_avx512(cpu) && cpu.avx512_bf16; }
bool has_amx(const Cpu& cpu) { return has_avx512_bf16(cpu) && cpu.amx_bf16; }
bool has_sse42(const Cpu& cpu) { return cpu.sse4_2; }
bool has_asimd(const Cpu& cpu) { return cpu.asimd; }
// The levels of the architecture as a compiler that builds for them assumes them.
bool has_armv82(const Cpu& cpu) { return cpu.asimd && cpu.atomics && cpu.asimdrdm && cpu.dcpop; }
bool has_armv84_sve(const Cpu& cpu) {
  return has_armv82(cpu) && cpu.asimddp && cpu.ilrcpc && cpu.flagm && cpu.dit && cpu.uscat &&
         cpu.sve;
}
bool has_armv82_sve(const Cpu& cpu) { return has_armv82(cpu) && cpu.sve; }

struct Row {
  Kind kind;
  Architecture architecture;
  const char* core;
  int level;  // candidates far below the CPU's own level are not worth the time
  Proof proof;
};
constexpr Row kRows[] = {
    {Kind::openblas, Architecture::x86_64, "SapphireRapids", 4, has_amx},
    {Kind::openblas, Architecture::x86_64, "Cooperlake", 4, has_avx512_bf16},
    {Kind::openblas, Architecture::x86_64, "SkylakeX", 4, has_avx512},
    {Kind::openblas, Architecture::x86_64, "Zen", 3, is_zen},
    {Kind::openblas, Architecture::x86_64, "Haswell", 3, is_no_zen},
    {Kind::openblas, Architecture::x86_64, "Sandybridge", 2, has_avx},
    {Kind::openblas, Architecture::x86_64, "Nehalem", 1, has_sse42},
    {Kind::openblas, Architecture::arm64, "neoversev1", 4, has_armv84_sve},
    {Kind::openblas, Architecture::arm64, "armv8sve", 4, has_armv82_sve},
    {Kind::openblas, Architecture::arm64, "neoversen1", 4, has_armv82},
    {Kind::openblas, Architecture::arm64, "cortexa57", 3, has_asimd},
    {Kind::blis, Architecture::x86_64, "skx", 4, has_avx512},
    {Kind::blis, Architecture::x86_64, "zen3", 3, is_zen},
    {Kind::blis, Architecture::x86_64, "haswell", 3, has_avx2},
    {Kind::blis, Architecture::x86_64, "sandybridge", 2, has_avx},
    {Kind::blis, Architecture::x86_64, "penryn", 1, has_sse42},
};

bool same(const std::string& a, const std::string& b) {
  return strcasecmp(a.c_str(), b.c_str()) == 0;
}

void add(std::vector<std::string>& names, const std::string& name) {
  const bool known = std::any_of(names.begin(), names.end(),
                                 [&](const std::string& other) { return same(other, name); });
  if (!known && !name.empty()) names.push_back(name);
}

}  // namespace

std::string safe_choice(Kind kind, const Cpu& cpu, const backend::Version& version,
                        const std::string& automatic, const std::string& path) {
  // As the library decides it: Debian's amd64 builds have all sub-configurations.
  const bool all_configs = path.find("/x86_64-linux-gnu/blis-") != std::string::npos;
  const backend::KernelChoice choice = kind == Kind::openblas
                                           ? backend::openblas_safe_core(cpu, version)
                                           : backend::blis_safe_config(cpu, version, all_configs);
  return choice.name != nullptr ? choice.name : automatic;
}

Candidates candidates_of(Kind kind, const Cpu& cpu, const backend::Version& version,
                         const std::string& automatic, const std::string& path) {
  Candidates result;
  result.safe = safe_choice(kind, cpu, version, automatic, path);
  std::vector<std::string> names;
  add(names, result.safe);
  int level = 0;
  for (const Row& row : kRows) {
    if (row.kind != kind || row.architecture != cpu.architecture || !row.proof(cpu)) continue;
    level = std::max(level, row.level);
    if (row.level >= level - 1) add(names, row.core);
  }
  add(names, automatic);
  for (const std::string& name : names) {
    const bool wrong =
        backend::avoided_core(backend::kind_name(kind), name.c_str(), version) != nullptr;
    (wrong ? result.avoided : result.tried).push_back(name);
  }
  return result;
}

}  // namespace switchblas::cli
