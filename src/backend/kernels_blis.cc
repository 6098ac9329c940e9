// SPDX-License-Identifier: BSD-3-Clause
// BLIS's own choice (frame/base/bli_cpuid.c, the same rules in 0.9.0, 1.x and 2.x), and ours.
#include <stdlib.h>
#include <string.h>

#include "backend/kernels.h"

namespace switchblas::backend {
namespace {

using machine::Architecture;
using machine::Cpu;

bool has(const char* text, const char* part) { return strstr(text, part) != nullptr; }

struct SkuRange {
  int first;
  int last;
  int units;
};
// First match counts, as exceptions stand inside of the ranges.
constexpr SkuRange kXeonSkus[] = {
    {8100, 8199, 2}, {6100, 6299, 2}, {5122, 5122, 2}, {5200, 5299, 1}, {5100, 5199, 1},
    {4100, 4199, 1}, {3100, 3199, 1}, {3200, 3299, 2}, {2200, 2299, 2}, {2120, 2199, 2},
    {2102, 2102, 2}, {2104, 2104, 2}, {2100, 2119, 1},
};

// How many 512-bit FMA units BLIS believes in, from the brand string: -1 where it cannot tell, as
// for all Xeons whose number is younger than 2019 and for names without one.
int believed_fma_units(const char* name) {
  if (!has(name, "Intel(R) Xeon(R)")) return has(name, "Intel(R) Core(TM)") ? 2 : -1;
  if (has(name, "Platinum")) return 2;
  const char* at = strstr(name, "Gold");
  if (at == nullptr && (has(name, "Silver") || has(name, "Bronze"))) return 1;
  if (at == nullptr) at = strchr(name, 'W');
  if (at == nullptr) return strchr(name, 'D') != nullptr ? 1 : -1;
  at = at[0] == 'W' && at[1] == '-' ? at + 1 : strchr(at + 1, ' ');
  if (at == nullptr) return -1;
  char digits[5] = "";
  strncpy(digits, at + 1, 4);
  const int sku = atoi(digits);
  for (const SkuRange& range : kXeonSkus) {
    if (range.first <= sku && sku <= range.last) return range.units;
  }
  return -1;
}

bool skx_features(const Cpu& cpu) {
  return cpu.avx && cpu.fma && cpu.avx2 && cpu.avx512f && cpu.avx512dq && cpu.avx512bw &&
         cpu.avx512vl;
}

KernelChoice default_intel(const Cpu& cpu) {
  if (skx_features(cpu)) {
    const int units = believed_fma_units(cpu.name);
    if (units == 2) return {"skx", "AVX-512, with two FMA units by its name"};
    if (units == 1) return {"haswell", "AVX-512, but one FMA unit by its name"};
    return {"haswell", "AVX-512, but the name does not tell the number of FMA units"};
  }
  constexpr const char* by_features = "by features";
  if (cpu.avx2 && cpu.fma && cpu.avx512f && cpu.avx512pf) return {"knl", by_features};
  if (cpu.avx2 && cpu.fma) return {"haswell", by_features};
  if (cpu.avx) return {"sandybridge", by_features};
  return {cpu.sse3 && cpu.ssse3 ? "penryn" : "generic", by_features};
}

KernelChoice default_amd(const Cpu& cpu) {
  constexpr const char* known = "the family is known to it";
  const bool avx2 = cpu.avx2 && cpu.fma;
  if (avx2 && cpu.family == 0x19) return {"zen3", known};
  if (avx2 && cpu.family == 0x17) return {cpu.model >= 0x30 ? "zen2" : "zen", known};
  if (cpu.family == 0x15) {
    if (avx2 && 0x60 <= cpu.model && cpu.model <= 0x7f) return {"excavator", known};
    const bool fma34 = cpu.avx && cpu.fma && cpu.fma4;
    if (fma34 && 0x30 <= cpu.model && cpu.model <= 0x3f) return {"steamroller", known};
    if (fma34 && (cpu.model == 2 || (0x10 <= cpu.model && cpu.model <= 0x1f))) {
      return {"piledriver", known};
    }
    if (cpu.avx && cpu.fma4 && cpu.model <= 1) return {"bulldozer", known};
  }
  return {"generic", "the family is not known to it: kernels in plain C"};
}

// CPUs with AVX-512 but one 512-bit FMA in a cycle: the 256-bit kernels are as fast and clock
// higher. Of AMD's that is family 19h, Zen 4 (on one in a virtual machine zen3 did 43 GFLOPS of
// double precision, skx 38).
bool one_fma_unit(const Cpu& cpu) {
  if (strcmp(cpu.vendor, "AuthenticAMD") == 0) return cpu.family == 0x19;
  const char* type = machine::core_type(cpu);
  const bool first_xeons = strcmp(type, "skylakex") == 0 || strcmp(type, "cascadelake") == 0;
  return first_xeons && believed_fma_units(cpu.name) == 1;
}

}  // namespace

KernelChoice blis_default_config(const Cpu& cpu, const Version&) noexcept {
  if (cpu.architecture != Architecture::x86_64) {
    return {nullptr, "built for one sub-configuration"};
  }
  if (strcmp(cpu.vendor, "GenuineIntel") == 0) return default_intel(cpu);
  if (strcmp(cpu.vendor, "AuthenticAMD") == 0) return default_amd(cpu);
  return {"generic", "the vendor is not known to it: kernels in plain C"};
}

KernelChoice blis_safe_config(const Cpu& cpu, const Version& version, bool all_configs) noexcept {
  if (cpu.architecture != Architecture::x86_64) {
    return {nullptr, "built for one sub-configuration: naming an absent one aborts"};
  }
  if (!all_configs) return {nullptr, "not a build of all sub-configurations"};
  const KernelChoice own = blis_default_config(cpu, version);
  KernelChoice best;
  if (cpu.avx512_for_kernels() && !one_fma_unit(cpu)) {
    best = {"skx", "the CPU has AVX-512; BLIS takes these kernels only where it knows the CPU"};
  } else if (strcmp(own.name, "generic") == 0 && cpu.avx2 && cpu.fma) {
    const bool amd = strcmp(cpu.vendor, "AuthenticAMD") == 0 && cpu.family > 0x19;
    const bool hygon = strcmp(cpu.vendor, "HygonGenuine") == 0;
    best = {amd     ? "zen3"
            : hygon ? "zen"
                    : "haswell",
            "BLIS does not know this CPU; these kernels use its AVX2 and FMA"};
  }
  if (best.name == nullptr || strcmp(best.name, own.name) == 0) {
    return {nullptr, "its own choice fits this CPU"};
  }
  if (blis_arch_id(best.name, version) < 0) return {nullptr, "no number known for this version"};
  return best;
}

int blis_arch_id(const char* config, const Version& version) noexcept {
  // Before 0.9.0 there is no zen3, and every number behind it is one less; beyond 2.x nothing is
  // known.
  constexpr Version first_known = {0, 9, 0};
  if (config == nullptr || version < first_known || version.major > 2) return -1;
  constexpr const char* names[] = {
      "skx",  "knl", "knc",       "haswell",     "sandybridge", "penryn",   "zen3",
      "zen2", "zen", "excavator", "steamroller", "piledriver",  "bulldozer"};
  constexpr int count = sizeof names / sizeof names[0];
  for (int id = 0; id < count; ++id) {
    if (strcmp(names[id], config) == 0) return id;
  }
  return -1;
}

}  // namespace switchblas::backend
