// SPDX-License-Identifier: BSD-3-Clause
// Which CPU this is and which instructions a process may use on it (the operating system's consent
// included). Owns: the facts of one CPU as a plain value; what they mean for a library is decided
// in backend/kernels.h.
// Thread-safety: everything here is a function of its arguments and the machine.
#pragma once

#include <cstddef>
#include <cstdint>

#include "machine/file_root.h"

namespace switchblas::machine {

enum class Architecture : std::uint8_t { x86_64, arm64, other };
Architecture this_architecture() noexcept;

struct Cpu {
  Architecture architecture = Architecture::other;
  char vendor[13] = "";  ///< x86: "GenuineIntel"
  char name[49] = "";    ///< x86: the brand string
  int family = 0;        ///< x86, extended family added
  int model = 0;         ///< x86, extended model included
  int stepping = 0;

  bool sse3 = false, ssse3 = false, sse4_2 = false;
  bool avx = false, avx2 = false, fma = false, fma4 = false;
  bool avx512f = false, avx512dq = false, avx512cd = false, avx512bw = false, avx512vl = false;
  bool avx512pf = false, avx512_vnni = false, avx512_bf16 = false, avx512_fp16 = false;
  bool amx_bf16 = false;

  int implementer = 0;  ///< arm64: the fields of MIDR_EL1
  int variant = 0;
  int part = 0;
  int revision = 0;
  bool asimd = false, atomics = false, asimdrdm = false, asimddp = false, dcpop = false;
  bool ilrcpc = false, flagm = false, dit = false, uscat = false;
  bool sve = false, sve2 = false, i8mm = false, bf16 = false;

  char core_type[24] = "generic";  ///< core_type(): what tables are matched by

  /// All that a 512-bit BLAS kernel needs: F, DQ, CD, BW, VL, AVX2 and FMA.
  bool avx512_for_kernels() const noexcept {
    return avx512f && avx512dq && avx512cd && avx512bw && avx512vl && avx2 && fma;
  }
};

/// This machine's CPU; cpuid and xgetbv on x86-64, HWCAP and MIDR_EL1 on arm64 (from sysfs, the
/// register, or /proc/cpuinfo, in that order).
Cpu identify_cpu(const FileRoot& root) noexcept;

/// The x86-64 part without the instructions: `cpuid` fills eax, ebx, ecx, edx; `xcr0` is the value
/// of XGETBV(0) and is asked for only where OSXSAVE is set.
struct X86Source {
  void (*cpuid)(std::uint32_t leaf, std::uint32_t subleaf, std::uint32_t out[4]);
  std::uint64_t (*xcr0)();
};
Cpu decode_x86(const X86Source& source) noexcept;

/// The arm64 part: MIDR_EL1 and the kernel's two words of capabilities (Linux numbering).
Cpu decode_arm64(std::uint32_t midr, std::uint64_t hwcap, std::uint64_t hwcap2) noexcept;

/// MIDR_EL1 put together from the first processor of a /proc/cpuinfo text; 0 if it is not there.
std::uint32_t midr_from_cpuinfo(const char* text) noexcept;

/// Name of the core: "zen5", "sapphirerapids", "neoverse-v2", else "generic-x86-64" or
/// "generic-arm64". The string is constant.
const char* core_type(const Cpu& cpu) noexcept;

/// One word without spaces that changes when the CPU or its usable instructions change, for files
/// that say what holds on a machine. `size` of 64 is enough.
void cpu_id(const Cpu& cpu, char* out, std::size_t size) noexcept;

}  // namespace switchblas::machine
