// SPDX-License-Identifier: BSD-3-Clause
// OpenBLAS's own choice (driver/others/dynamic.c and dynamic_arm64.c, as rules), and ours.
#include <string.h>
#include <strings.h>

#include "backend/kernels.h"

namespace switchblas::backend {
namespace {

using machine::Architecture;
using machine::Cpu;

constexpr Version kFollowed = {0, 3, 20};       // nothing is known of the ones before
constexpr Version kAmdByFeatures = {0, 3, 21};  // AMD: AVX-512, and later families by features
constexpr Version kSapphireRapids = {0, 3, 24};
constexpr Version kIntelFallsBack = {0, 3, 25};  // before, unknown late models became Prescott
constexpr Version kFirstSve = {0, 3, 24};        // arm64: SVE asked for, ARMV8SVE core
constexpr Version kApple = {0, 3, 26};
constexpr Version kNeoverseV2 = {0, 3, 27};
constexpr Version kA64fx = {0, 3, 28};
constexpr Version kLateNeoverse = {0, 3, 34};  // V3, X925, A725 as V2

bool is_vendor(const Cpu& cpu, const char* vendor) { return strcmp(cpu.vendor, vendor) == 0; }

// OpenBLAS's own test looks at VL alone, and at AVX2 without FMA.
bool sees_avx512(const Cpu& cpu) { return cpu.avx && cpu.avx512vl; }
bool sees_bf16(const Cpu& cpu) { return sees_avx512(cpu) && cpu.avx512_bf16; }

// How high the choice for a model can go; below, the features decide.
enum class Top { nehalem, core2, penryn, dunnington, atom, avx, avx2, avx512, bf16, amx };

struct ModelTop {
  int model;
  Top top;
};
constexpr ModelTop kIntelFamily6[] = {
    {0x0f, Top::core2},   {0x16, Top::core2},   {0x17, Top::penryn},  {0x1d, Top::dunnington},
    {0x1a, Top::nehalem}, {0x1b, Top::nehalem}, {0x1e, Top::nehalem}, {0x1f, Top::nehalem},
    {0x1c, Top::atom},    {0x25, Top::nehalem}, {0x2c, Top::nehalem}, {0x2e, Top::nehalem},
    {0x2f, Top::nehalem}, {0x2a, Top::avx},     {0x2d, Top::avx},     {0x3a, Top::avx},
    {0x3e, Top::avx},     {0x3c, Top::avx2},    {0x3f, Top::avx2},    {0x3d, Top::avx2},
    {0x37, Top::atom},    {0x45, Top::avx2},    {0x46, Top::avx2},    {0x47, Top::avx2},
    {0x4f, Top::avx2},    {0x4e, Top::avx2},    {0x4c, Top::nehalem}, {0x4d, Top::nehalem},
    {0x56, Top::avx2},    {0x55, Top::bf16},    {0x5e, Top::avx2},    {0x57, Top::avx2},
    {0x5c, Top::nehalem}, {0x5f, Top::nehalem}, {0x66, Top::avx2},    {0x6a, Top::bf16},
    {0x6c, Top::bf16},    {0x7a, Top::nehalem}, {0x7d, Top::avx512},  {0x7e, Top::avx512},
    {0x8c, Top::avx512},  {0x8d, Top::avx512},  {0x8e, Top::avx2},    {0x8f, Top::amx},
    {0x97, Top::bf16},    {0x9a, Top::bf16},    {0x9e, Top::avx2},    {0xa5, Top::avx2},
    {0xa6, Top::avx2},    {0xa7, Top::avx512},
};

const char* by_features(const Cpu& cpu, const char* lowest) {
  if (sees_bf16(cpu)) return "Cooperlake";
  if (sees_avx512(cpu)) return "SkylakeX";
  if (cpu.avx2) return "Haswell";
  return cpu.avx ? "Sandybridge" : lowest;
}

const char* up_to(Top top, const Cpu& cpu, const Version& version) {
  switch (top) {
    case Top::nehalem:
      return "Nehalem";
    case Top::core2:
      return "Core2";
    case Top::penryn:
      return "Penryn";
    case Top::dunnington:
      return "Dunnington";
    case Top::atom:
      return "Atom";
    case Top::avx:
      return cpu.avx ? "Sandybridge" : "Nehalem";
    case Top::amx:
      if (cpu.amx_bf16 && !(version < kSapphireRapids)) return "SapphireRapids";
      [[fallthrough]];
    case Top::bf16:
      if (sees_bf16(cpu)) return "Cooperlake";
      [[fallthrough]];
    case Top::avx512:
      if (sees_avx512(cpu)) return "SkylakeX";
      [[fallthrough]];
    case Top::avx2:
      break;
  }
  return cpu.avx2 ? "Haswell" : cpu.avx ? "Sandybridge" : "Nehalem";
}

KernelChoice default_intel(const Cpu& cpu, const Version& version) {
  if (cpu.family == 6) {
    for (const ModelTop& row : kIntelFamily6) {
      if (row.model == cpu.model) return {up_to(row.top, cpu, version), "the model is known to it"};
    }
    if (cpu.model >= 0xb0 && version < kIntelFallsBack) {
      return {"Prescott", "the model is newer than it: before 0.3.25 that means its oldest core"};
    }
    return {by_features(cpu, "Prescott"), "the model is not known to it: by features"};
  }
  if (cpu.family >= 15) return {"Prescott", "the family is not known to it"};
  return {by_features(cpu, "Prescott"), "the family is not known to it: by features"};
}

const char* bulldozer_like(const Cpu& cpu) {
  const int low = cpu.model & 0xf;
  const int high = cpu.model >> 4;
  const char* core = nullptr;
  if (low == 1) core = "Bulldozer";
  if (low == 2 || low == 3) core = "Piledriver";
  if (low == 5) core = "Excavator";
  if (low == 0 || low == 8) {
    if (high == 1) core = "Piledriver";
    if (high == 3) core = "Steamroller";
    if (high == 6) core = "Excavator";
  }
  return core == nullptr || cpu.avx ? core : "Barcelona";
}

KernelChoice default_amd(const Cpu& cpu, const Version& version) {
  constexpr const char* known = "the family is known to it";
  const char* zen = cpu.avx ? "Zen" : "Barcelona";
  const bool by_avx512 = !(version < kAmdByFeatures);
  switch (cpu.family) {
    case 0x0f:
    case 0x11:
      return {cpu.sse3 ? "Opteron_SSE3" : "Opteron", known};
    case 0x14:
    case 0x16:
      return {"Bobcat", known};
    case 0x15:
      if (const char* core = bulldozer_like(cpu)) return {core, known};
      break;
    case 0x17:
    case 0x18:
      return {zen, known};
    case 0x19:
      if (by_avx512 && sees_bf16(cpu)) return {"Cooperlake", known};
      if (by_avx512 && sees_avx512(cpu)) return {"SkylakeX", known};
      return {zen, known};
    default:
      if (cpu.family > 0x0f && !by_avx512) {
        return {"Barcelona", "the family is newer than it: before 0.3.21 that means an old core"};
      }
      break;
  }
  return {by_features(cpu, "Prescott"), "the family is not known to it: by features"};
}

KernelChoice default_via(const Cpu& cpu, const Version& version) {
  const int high = cpu.model >> 4;
  const bool known = !(version < kAmdByFeatures) && cpu.family == 7 &&
                     (high == 5 || (high == 6 && is_vendor(cpu, "CentaurHauls") &&
                                    !(version < Version{0, 3, 28})));
  if (known) return {cpu.avx2 ? "Zen" : "Dunnington", "the model is known to it"};
  if (is_vendor(cpu, "CentaurHauls") && cpu.family == 6 && (cpu.model & 0xf) == 0xf &&
      cpu.stepping < 0xe) {
    return {"Nano", "the model is known to it"};
  }
  return {"Nehalem", "the vendor's newer models are not known to it"};
}

KernelChoice default_x86(const Cpu& cpu, const Version& version) {
  if (is_vendor(cpu, "GenuineIntel")) return default_intel(cpu, version);
  if (is_vendor(cpu, "AuthenticAMD") || is_vendor(cpu, "HygonGenuine")) {
    return default_amd(cpu, version);
  }
  if (is_vendor(cpu, "CentaurHauls") || is_vendor(cpu, "  Shanghai  ")) {
    return default_via(cpu, version);
  }
  return {by_features(cpu, "Prescott"), "the vendor is not known to it: by features"};
}

struct ArmCore {
  int implementer;
  int part;
  const char* core;
  Version since;
  bool sve;           // its kernels use SVE...
  Version sve_asked;  // ...and since this version it asks whether the CPU has it
};
constexpr Version kAlways = {0, 0, 0};
constexpr ArmCore kArmCores[] = {
    {0x41, 0xd03, "cortexa53", kAlways, false, kAlways},
    {0x41, 0xd05, "cortexa55", kAlways, false, kAlways},
    {0x41, 0xd07, "cortexa57", kAlways, false, kAlways},
    {0x41, 0xd08, "cortexa72", kAlways, false, kAlways},
    {0x41, 0xd09, "cortexa73", kAlways, false, kAlways},
    {0x41, 0xd0c, "neoversen1", kAlways, false, kAlways},
    {0x41, 0xd40, "neoversev1", {0, 3, 21}, true, kFirstSve},
    {0x41, 0xd49, "neoversen2", {0, 3, 21}, true, kFirstSve},
    {0x41, 0xd4f, "neoversev2", kNeoverseV2, true, kFirstSve},
    {0x41, 0xd83, "neoversev2", kLateNeoverse, true, kFirstSve},
    {0x41, 0xd84, "neoversev2", kLateNeoverse, true, kFirstSve},
    {0x41, 0xd85, "neoversev2", kLateNeoverse, true, kFirstSve},
    {0x41, 0xd87, "neoversev2", kLateNeoverse, true, kFirstSve},
    {0x42, 0x516, "thunderx2t99", kAlways, false, kAlways},
    {0x43, 0x0a1, "thunderx", kAlways, false, kAlways},
    {0x43, 0x0af, "thunderx2t99", kAlways, false, kAlways},
    {0x43, 0x0b8, "thunderx3t110", kAlways, false, kAlways},
    {0x46, 0x001, "a64fx", kA64fx, false, kAlways},
    {0x48, 0xd01, "tsv110", kAlways, false, kAlways},
    {0x50, 0x000, "emag8180", kAlways, false, kAlways},
    {0x51, 0xc00, "falkor", kAlways, false, kAlways},
};
constexpr int kImplementerApple = 0x61;

// The name that openblas_get_corename() gives: some cores are aliases of others.
const char* reported_name(const char* core, const Version& version) {
  if (strcmp(core, "neoversev2") == 0 && version < kLateNeoverse) return "neoversev1";
  if (strcmp(core, "neoversen2") == 0 && !(version < kLateNeoverse)) return "neoversev2";
  if (version < kApple) return core;
  if (strcmp(core, "cortexa55") == 0) return "cortexa53";
  if (strcmp(core, "cortexa72") == 0 || strcmp(core, "cortexa73") == 0 ||
      strcmp(core, "falkor") == 0) {
    return "cortexa57";
  }
  return core;
}

KernelChoice default_arm64(const Cpu& cpu, const Version& version) {
  for (const ArmCore& row : kArmCores) {
    if (row.implementer != cpu.implementer || row.part != cpu.part || version < row.since) continue;
    if (row.sve && !cpu.sve && !(version < row.sve_asked)) {
      return {"neoversen1", "the part is known to it, but SVE is not there"};
    }
    return {reported_name(row.core, version), "the part is known to it"};
  }
  if (cpu.implementer == kImplementerApple && !(version < kApple)) {
    return {"neoversen1", "all of the vendor's parts are taken for this one"};
  }
  if (cpu.sve && !(version < kFirstSve)) return {"armv8sve", "the part is not known to it: SVE"};
  return {"armv8", "the part is not known to it: plain ARMv8"};
}

// Speed classes of the x86-64 cores; within one the library's own choice stands.
int rank_of(const char* core) {
  constexpr const char* high[] = {"SkylakeX", "Cooperlake", "SapphireRapids"};
  constexpr const char* middle[] = {"Haswell", "Zen", "Excavator"};
  constexpr const char* low[] = {"Sandybridge", "Bulldozer", "Piledriver", "Steamroller"};
  for (const char* name : high) {
    if (strcmp(name, core) == 0) return 4;
  }
  for (const char* name : middle) {
    if (strcmp(name, core) == 0) return 3;
  }
  for (const char* name : low) {
    if (strcmp(name, core) == 0) return 2;
  }
  return strcmp(core, "Prescott") == 0 ? 0 : 1;
}

// Whether the CPU has what the kernels of a speed class are compiled for.
bool can_run(const Cpu& cpu, const char* core) {
  if (strcmp(core, "SapphireRapids") == 0) {
    return cpu.avx512_for_kernels() && cpu.avx512_bf16 && cpu.amx_bf16;
  }
  if (strcmp(core, "Cooperlake") == 0) return cpu.avx512_for_kernels() && cpu.avx512_bf16;
  switch (rank_of(core)) {
    case 4:
      return cpu.avx512_for_kernels();
    case 3:
      return cpu.avx2 && cpu.fma;
    case 2:
      return cpu.avx;
    default:
      return true;
  }
}

const char* best_without_avx512(const Cpu& cpu) {
  if (cpu.avx2 && cpu.fma) return is_vendor(cpu, "GenuineIntel") ? "Haswell" : "Zen";
  if (cpu.avx) return "Sandybridge";
  return cpu.sse4_2 ? "Nehalem" : "Prescott";
}

const char* best_proved(const Cpu& cpu) {
  return cpu.avx512_for_kernels() ? "SkylakeX" : best_without_avx512(cpu);
}

// Measured with 0.3.21 on an Emerald Rapids, where it runs Prescott by itself: dtrsm of side L with
// 64 x 64 takes 31 us with SkylakeX, and the inverse of a 64 x 64 matrix 82 us, 65 us with
// Prescott, 60 us with Haswell. Nobody's calls may become slower; 0.3.25 knows newer CPUs. BLIS has
// AVX-512 kernels for what is large.
constexpr Version kSmallSolves{0, 3, 25};

KernelChoice safe_x86(const Cpu& cpu, const Version& version) {
  const KernelChoice own = default_x86(cpu, version);
  const char* best = best_proved(cpu);
  if (const KernelFact* fact = avoided_core("openblas", own.name, version)) {
    return {best, fact->fails};
  }
  if (!can_run(cpu, own.name)) {
    return {best, "its own choice needs instructions that this CPU or system does not offer"};
  }
  if (rank_of(best) == 4 && rank_of(own.name) < 4 && version < kSmallSolves) {
    return {best_without_avx512(cpu),
            "it does not know this CPU; its AVX-512 kernels solve small triangles slower than what "
            "it would run"};
  }
  if (rank_of(best) > rank_of(own.name)) {
    return {best, "it does not know this CPU; these kernels use what the CPU offers"};
  }
  return {nullptr, "its own choice fits this CPU"};
}

// ARMv8.2 as a compiler for that level assumes it.
bool has_armv82(const Cpu& cpu) { return cpu.asimd && cpu.atomics && cpu.asimdrdm && cpu.dcpop; }
bool has_armv84(const Cpu& cpu) {
  return has_armv82(cpu) && cpu.asimddp && cpu.ilrcpc && cpu.flagm && cpu.dit && cpu.uscat;
}

// Cores of the kind that the Neoverse N1 kernels (NEON only) are made for: wide, out of order.
bool like_neoverse(const char* core_type) {
  constexpr const char* prefixes[] = {"neoverse-n", "neoverse-v", "cortex-x",    "cortex-a76",
                                      "cortex-a77", "cortex-a78", "cortex-a710", "cortex-a715",
                                      "cortex-a72", "ampere",     "apple-m",     "oryon"};
  for (const char* prefix : prefixes) {
    if (strncmp(core_type, prefix, strlen(prefix)) == 0) return true;
  }
  return false;
}

// Arm's own cores with 128-bit SVE2 that later versions take for Neoverse V2.
bool like_neoverse_v2(const char* core_type) {
  return strcmp(core_type, "neoverse-v2") == 0 || strncmp(core_type, "neoverse-v3", 11) == 0 ||
         strcmp(core_type, "cortex-x925") == 0;
}

KernelChoice safe_arm64(const Cpu& cpu, const Version& version) {
  const KernelChoice own = default_arm64(cpu, version);
  const char* type = machine::core_type(cpu);
  const bool sve_core = strcmp(own.name, "neoversev1") == 0 || strcmp(own.name, "neoversen2") == 0;
  if (sve_core && !cpu.sve && has_armv82(cpu)) {
    return {"neoversen1", "its own choice may use SVE, which is not there"};
  }
  const bool generic = strcmp(own.name, "armv8") == 0 || strcmp(own.name, "armv8sve") == 0;
  if (!generic) return {nullptr, "its own choice fits this CPU"};
  if (like_neoverse_v2(type) && cpu.sve && has_armv84(cpu) && !(version < kFirstSve)) {
    return {"neoversev1", "it does not know this CPU; later versions take it for one of this line"};
  }
  if (like_neoverse(type) && has_armv82(cpu)) {
    return {"neoversen1", "it does not know this CPU; these NEON kernels are made for its line"};
  }
  return {nullptr, "nothing better is proved safe for this CPU"};
}

}  // namespace

KernelChoice openblas_default_core(const Cpu& cpu, const Version& version) noexcept {
  if (cpu.architecture == Architecture::x86_64) return default_x86(cpu, version);
  if (cpu.architecture == Architecture::arm64) return default_arm64(cpu, version);
  return {nullptr, "not known for this architecture"};
}

KernelChoice openblas_safe_core(const Cpu& cpu, const Version& version) noexcept {
  if (version < kFollowed) return {nullptr, "the library's version is too old or not known"};
  if (cpu.architecture == Architecture::x86_64) return safe_x86(cpu, version);
  if (cpu.architecture == Architecture::arm64) return safe_arm64(cpu, version);
  return {nullptr, "not known for this architecture"};
}

}  // namespace switchblas::backend
