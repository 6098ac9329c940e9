// SPDX-License-Identifier: BSD-3-Clause
// Which kernels a library version would choose on a CPU, and which ones it should be told to use:
// distributions' libraries do not know newer CPUs, and some kernels give wrong numbers. Pure
// functions of CPU and version: nothing is loaded, read or set here.
// Thread-safety: no state. All strings are constants.
#pragma once

#include <cstddef>

#include "machine/cpu.h"

namespace switchblas::backend {

struct Version {
  int major = 0;
  int minor = 0;
  int patch = 0;
};
constexpr bool operator<(const Version& a, const Version& b) noexcept {
  if (a.major != b.major) return a.major < b.major;
  if (a.minor != b.minor) return a.minor < b.minor;
  return a.patch < b.patch;
}

/// The first "N.N" or "N.N.N" in `text` ("OpenBLAS 0.3.21 NO_LAPACKE ..."); false if there is none.
bool parse_version(const char* text, Version& version) noexcept;

struct KernelChoice {
  const char* name = nullptr;  ///< of the core or sub-configuration; nullptr: leave it alone
  const char* why = "";        ///< half a sentence, for the report
};

/// What a DYNAMIC_ARCH build of OpenBLAS chooses by itself, as openblas_get_corename() spells it.
/// The library's sources up to 0.3.28 are followed on x86-64, up to 0.3.34 on arm64; a later
/// version counts as the newest known.
KernelChoice openblas_default_core(const machine::Cpu& cpu, const Version& version) noexcept;

/// What to give it as OPENBLAS_CORETYPE: only cores whose instructions the CPU is proved to have.
/// Left alone below 0.3.20, and so where the version is not known (0.0.0).
KernelChoice openblas_safe_core(const machine::Cpu& cpu, const Version& version) noexcept;

/// What a BLIS of the x86_64 family (x86-64: all sub-configurations in one library) chooses, as
/// bli_arch_string() spells it; nullptr on other architectures, where builds differ.
KernelChoice blis_default_config(const machine::Cpu& cpu, const Version& version) noexcept;

/// What to give it as BLIS_ARCH_TYPE (by blis_arch_id). `all_configs` says that the library is a
/// build of the whole x86_64 family, as Debian's: naming one that is absent aborts the process.
KernelChoice blis_safe_config(const machine::Cpu& cpu, const Version& version,
                              bool all_configs) noexcept;

/// The number of a sub-configuration for BLIS_ARCH_TYPE; -1 where it is not known.
int blis_arch_id(const char* config, const Version& version) noexcept;

/// Kernels known to give wrong numbers or to fail LAPACK's own testers.
struct KernelFact {
  const char* library;
  const char* core;
  Version first;           ///< versions in which it is so
  Version last;            ///< inclusive
  bool avoided;            ///< whether openblas_safe_core() goes round it
  const char* fails;       ///< what goes wrong
  const char* right_with;  ///< a core that does it right
  const char* evidence;
};
const KernelFact* kernel_facts(std::size_t& count) noexcept;

/// The fact for this core that is avoided, or nullptr.
const KernelFact* avoided_core(const char* library, const char* core,
                               const Version& version) noexcept;

}  // namespace switchblas::backend
