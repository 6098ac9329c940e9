// SPDX-License-Identifier: BSD-3-Clause
// The names of cores: by vendor, family and model on x86-64 (not by features: a virtual machine may
// hide some of them), by implementer and part on arm64.
#include <string.h>

#include <cstddef>

#include "machine/cpu.h"

namespace switchblas::machine {
namespace {

struct ModelName {
  int model;
  const char* name;
};

constexpr ModelName kIntelFamily6[] = {
    {0x1a, "nehalem"},
    {0x1e, "nehalem"},
    {0x1f, "nehalem"},
    {0x2e, "nehalem"},
    {0x25, "westmere"},
    {0x2c, "westmere"},
    {0x2f, "westmere"},
    {0x2a, "sandybridge"},
    {0x2d, "sandybridge"},
    {0x3a, "ivybridge"},
    {0x3e, "ivybridge"},
    {0x3c, "haswell"},
    {0x3f, "haswell"},
    {0x45, "haswell"},
    {0x46, "haswell"},
    {0x3d, "broadwell"},
    {0x47, "broadwell"},
    {0x4f, "broadwell"},
    {0x56, "broadwell"},
    {0x4e, "skylake"},
    {0x5e, "skylake"},
    {0x8e, "skylake"},
    {0x9e, "skylake"},
    {0xa5, "skylake"},
    {0xa6, "skylake"},
    {0x57, "knl"},
    {0x85, "knm"},
    {0x66, "cannonlake"},
    {0x6a, "icelake-server"},
    {0x6c, "icelake-server"},
    {0x7d, "icelake-client"},
    {0x7e, "icelake-client"},
    {0x9d, "icelake-client"},
    {0xa7, "rocketlake"},
    {0x8c, "tigerlake"},
    {0x8d, "tigerlake"},
    {0x8f, "sapphirerapids"},
    {0xcf, "emeraldrapids"},
    {0xad, "graniterapids"},
    {0xae, "graniterapids"},
    {0x97, "alderlake"},
    {0x9a, "alderlake"},
    {0xb7, "raptorlake"},
    {0xba, "raptorlake"},
    {0xbf, "raptorlake"},
    {0xbe, "gracemont"},
    {0xaa, "meteorlake"},
    {0xac, "meteorlake"},
    {0xb5, "arrowlake"},
    {0xc5, "arrowlake"},
    {0xc6, "arrowlake"},
    {0xbd, "lunarlake"},
    {0xcc, "pantherlake"},
    {0xaf, "sierraforest"},
    {0xb6, "grandridge"},
    {0xdd, "clearwaterforest"},
};

struct ModelRange {
  int family;
  int first;
  int last;
  const char* name;
};

// AMD numbers its cores in blocks of sixteen models.
constexpr ModelRange kAmd[] = {
    {0x15, 0x00, 0x01, "bulldozer"},  {0x15, 0x02, 0x02, "piledriver"},
    {0x15, 0x10, 0x1f, "piledriver"}, {0x15, 0x30, 0x3f, "steamroller"},
    {0x15, 0x60, 0x7f, "excavator"},  {0x17, 0x00, 0x2f, "zen"},
    {0x17, 0x30, 0xff, "zen2"},       {0x18, 0x00, 0xff, "zen"},
    {0x19, 0x10, 0x1f, "zen4"},       {0x19, 0x60, 0x7f, "zen4"},
    {0x19, 0xa0, 0xaf, "zen4"},       {0x19, 0x00, 0xff, "zen3"},
    {0x1a, 0x50, 0x5f, "zen6"},       {0x1a, 0x80, 0xaf, "zen6"},
    {0x1a, 0xc0, 0xcf, "zen6"},       {0x1a, 0x00, 0xff, "zen5"},
};

struct PartName {
  int implementer;
  int part;
  const char* name;
};

constexpr PartName kArm[] = {
    {0x41, 0xd03, "cortex-a53"},   {0x41, 0xd04, "cortex-a35"},  {0x41, 0xd05, "cortex-a55"},
    {0x41, 0xd07, "cortex-a57"},   {0x41, 0xd08, "cortex-a72"},  {0x41, 0xd09, "cortex-a73"},
    {0x41, 0xd0a, "cortex-a75"},   {0x41, 0xd0b, "cortex-a76"},  {0x41, 0xd0c, "neoverse-n1"},
    {0x41, 0xd0d, "cortex-a77"},   {0x41, 0xd40, "neoverse-v1"}, {0x41, 0xd41, "cortex-a78"},
    {0x41, 0xd42, "cortex-a78ae"}, {0x41, 0xd44, "cortex-x1"},   {0x41, 0xd46, "cortex-a510"},
    {0x41, 0xd47, "cortex-a710"},  {0x41, 0xd48, "cortex-x2"},   {0x41, 0xd49, "neoverse-n2"},
    {0x41, 0xd4a, "neoverse-e1"},  {0x41, 0xd4b, "cortex-a78c"}, {0x41, 0xd4d, "cortex-a715"},
    {0x41, 0xd4e, "cortex-x3"},    {0x41, 0xd4f, "neoverse-v2"}, {0x41, 0xd80, "cortex-a520"},
    {0x41, 0xd81, "cortex-a720"},  {0x41, 0xd82, "cortex-x4"},   {0x41, 0xd83, "neoverse-v3ae"},
    {0x41, 0xd84, "neoverse-v3"},  {0x41, 0xd85, "cortex-x925"}, {0x41, 0xd87, "cortex-a725"},
    {0x41, 0xd8e, "neoverse-n3"},  {0x42, 0x516, "thunderx2"},   {0x43, 0x0a1, "thunderx"},
    {0x43, 0x0af, "thunderx2"},    {0x43, 0x0b8, "thunderx3"},   {0x46, 0x001, "a64fx"},
    {0x48, 0xd01, "tsv110"},       {0x4e, 0x004, "carmel"},      {0x50, 0x000, "emag"},
    {0x51, 0x001, "oryon"},        {0x51, 0xc00, "falkor"},      {0x6d, 0xd49, "neoverse-n2"},
    {0xc0, 0xac3, "ampere1"},      {0xc0, 0xac4, "ampere1a"},    {0xc0, 0xac5, "ampere1b"},
};

constexpr int kApple = 0x61;

const char* intel_core(const Cpu& cpu) {
  if (cpu.family != 6) return nullptr;
  // Skylake-SP, Cascade Lake and Cooper Lake are one model.
  if (cpu.model == 0x55) {
    return cpu.stepping < 5 ? "skylakex" : cpu.stepping < 10 ? "cascadelake" : "cooperlake";
  }
  for (const ModelName& row : kIntelFamily6) {
    if (row.model == cpu.model) return row.name;
  }
  return nullptr;
}

const char* amd_core(const Cpu& cpu) {
  for (const ModelRange& row : kAmd) {
    if (row.family == cpu.family && row.first <= cpu.model && cpu.model <= row.last) {
      return row.name;
    }
  }
  return nullptr;
}

const char* arm_core(const Cpu& cpu) {
  for (const PartName& row : kArm) {
    if (row.implementer == cpu.implementer && row.part == cpu.part) return row.name;
  }
  if (cpu.implementer == kApple) {
    // Parts of one generation share the upper digit: 0x02x M1, 0x03x M2, 0x04x M3, 0x05x M4.
    constexpr const char* generations[] = {"apple-m1", "apple-m2", "apple-m3", "apple-m4"};
    const int generation = (cpu.part >> 4) - 2;
    if (generation >= 0 && generation < 4) return generations[generation];
  }
  return nullptr;
}

}  // namespace

const char* core_type(const Cpu& cpu) noexcept {
  const char* name = nullptr;
  if (cpu.architecture == Architecture::arm64) {
    name = arm_core(cpu);
    return name != nullptr ? name : "generic-arm64";
  }
  if (cpu.architecture != Architecture::x86_64) return "generic";
  if (strcmp(cpu.vendor, "GenuineIntel") == 0) name = intel_core(cpu);
  if (strcmp(cpu.vendor, "AuthenticAMD") == 0 || strcmp(cpu.vendor, "HygonGenuine") == 0) {
    name = amd_core(cpu);
  }
  return name != nullptr ? name : "generic-x86-64";
}

}  // namespace switchblas::machine
