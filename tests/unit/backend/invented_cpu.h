// SPDX-License-Identifier: BSD-3-Clause
// CPUs for tests: by number, with the instructions of a generation.
#pragma once

#include <string.h>

#include "machine/cpu.h"

namespace switchblas::backend {

enum class Level { sse, avx, avx2, avx512, bf16, amx };

inline machine::Cpu x86_cpu(const char* vendor, int family, int model, Level level) {
  machine::Cpu cpu;
  cpu.architecture = machine::Architecture::x86_64;
  strcpy(cpu.vendor, vendor);
  cpu.family = family;
  cpu.model = model;
  cpu.sse3 = cpu.ssse3 = cpu.sse4_2 = true;
  cpu.avx = level >= Level::avx;
  cpu.avx2 = cpu.fma = level >= Level::avx2;
  cpu.avx512f = cpu.avx512dq = cpu.avx512cd = level >= Level::avx512;
  cpu.avx512bw = cpu.avx512vl = level >= Level::avx512;
  cpu.avx512_bf16 = level >= Level::bf16;
  cpu.amx_bf16 = level >= Level::amx;
  return cpu;
}

inline machine::Cpu intel(int model, Level level) {
  return x86_cpu("GenuineIntel", 6, model, level);
}

inline machine::Cpu amd(int family, int model, Level level) {
  return x86_cpu("AuthenticAMD", family, model, level);
}

inline machine::Cpu arm(int implementer, int part, bool sve, bool armv84 = true) {
  machine::Cpu cpu;
  cpu.architecture = machine::Architecture::arm64;
  cpu.implementer = implementer;
  cpu.part = part;
  cpu.asimd = cpu.atomics = cpu.asimdrdm = cpu.dcpop = true;
  cpu.asimddp = cpu.ilrcpc = cpu.flagm = cpu.dit = cpu.uscat = armv84;
  cpu.sve = sve;
  return cpu;
}

}  // namespace switchblas::backend
