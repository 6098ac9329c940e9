// SPDX-License-Identifier: BSD-3-Clause
#include "machine/cpu.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

namespace switchblas::machine {
namespace {

// Registers of CPUID by their place in the array that a source fills.
enum { kEax, kEbx, kEcx, kEdx };

constexpr bool bit(std::uint64_t word, int n) { return ((word >> n) & 1) != 0; }

// XCR0: which register files the operating system saves and restores.
constexpr std::uint64_t kXcr0Avx = 0x06;     // XMM, YMM
constexpr std::uint64_t kXcr0Avx512 = 0xe6;  // and opmask, upper ZMM, ZMM16-31
constexpr std::uint64_t kXcr0Amx = 0x60000;  // tile configuration and data

// Each CPUID costs some microseconds in a virtual machine: no leaf is asked for twice.
void read_vendor(const std::uint32_t leaf0[4], Cpu& cpu) {
  memcpy(cpu.vendor, &leaf0[kEbx], 4);
  memcpy(cpu.vendor + 4, &leaf0[kEdx], 4);
  memcpy(cpu.vendor + 8, &leaf0[kEcx], 4);
}

void read_extended(const X86Source& source, Cpu& cpu) {
  std::uint32_t r[4];
  source.cpuid(0x80000000u, 0, r);
  const std::uint32_t last = r[kEax];
  if (last < 0x80000004u || last > 0x8000ffffu) return;
  for (std::uint32_t i = 0; i < 3; ++i) {
    source.cpuid(0x80000002u + i, 0, r);
    memcpy(cpu.name + 16 * i, r, 16);
  }
  // Only one family of AMD's ever had FMA4.
  if (cpu.avx && cpu.family == 0x15) {
    source.cpuid(0x80000001u, 0, r);
    cpu.fma4 = bit(r[kEcx], 16);
  }
}

void read_signature(std::uint32_t eax, Cpu& cpu) {
  cpu.stepping = static_cast<int>(eax & 0xf);
  cpu.family = static_cast<int>((eax >> 8) & 0xf);
  cpu.model = static_cast<int>((eax >> 4) & 0xf);
  if (cpu.family == 6 || cpu.family == 7 || cpu.family == 15) {
    cpu.model += static_cast<int>((eax >> 16) & 0xf) << 4;
  }
  if (cpu.family == 15) cpu.family += static_cast<int>((eax >> 20) & 0xff);
}

void read_avx512(const X86Source& source, const std::uint32_t leaf7[4], Cpu& cpu) {
  cpu.avx512f = bit(leaf7[kEbx], 16);
  if (!cpu.avx512f) return;
  cpu.avx512dq = bit(leaf7[kEbx], 17);
  cpu.avx512pf = bit(leaf7[kEbx], 26);
  cpu.avx512cd = bit(leaf7[kEbx], 28);
  cpu.avx512bw = bit(leaf7[kEbx], 30);
  cpu.avx512vl = bit(leaf7[kEbx], 31);
  cpu.avx512_vnni = bit(leaf7[kEcx], 11);
  cpu.avx512_fp16 = bit(leaf7[kEdx], 23);
  if (leaf7[kEax] >= 1) {
    std::uint32_t r[4];
    source.cpuid(7, 1, r);
    cpu.avx512_bf16 = bit(r[kEax], 5);
  }
}

// Linux, arch/arm64/include/uapi/asm/hwcap.h: part of the kernel's ABI, and wanted on x86-64 too,
// where tests decode invented CPUs.
constexpr int kHwcapAsimd = 1;
constexpr int kHwcapAtomics = 8;
[[maybe_unused]] constexpr int kHwcapCpuid = 11;
constexpr int kHwcapAsimdrdm = 12;
constexpr int kHwcapLrcpc = 15;
constexpr int kHwcapDcpop = 16;
constexpr int kHwcapAsimddp = 20;
constexpr int kHwcapSve = 22;
constexpr int kHwcapDit = 24;
constexpr int kHwcapUscat = 25;
constexpr int kHwcapIlrcpc = 26;
constexpr int kHwcapFlagm = 27;
constexpr int kHwcap2Sve2 = 1;
constexpr int kHwcap2I8mm = 13;
constexpr int kHwcap2Bf16 = 14;

bool field_of(const char* text, const char* key, unsigned long& value) {
  const char* line = strstr(text, key);
  if (line == nullptr) return false;
  const char* colon = line + strcspn(line, ":\n");
  if (*colon != ':') return false;
  char* end = nullptr;
  value = strtoul(colon + 1, &end, 0);
  return end != colon + 1;
}

#if defined(__x86_64__)
void real_cpuid(std::uint32_t leaf, std::uint32_t subleaf, std::uint32_t out[4]) {
  __cpuid_count(leaf, subleaf, out[kEax], out[kEbx], out[kEcx], out[kEdx]);
}

std::uint64_t real_xcr0() {
  std::uint32_t low;
  std::uint32_t high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (static_cast<std::uint64_t>(high) << 32) | low;
}
#endif

#if defined(__aarch64__)
std::uint32_t read_midr(const FileRoot& root, std::uint64_t hwcap) {
  unsigned long long number = 0;
  if (root.read_number("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1", number)) {
    return static_cast<std::uint32_t>(number);
  }
  if (root.is_this_machine() && bit(hwcap, kHwcapCpuid)) {
    std::uint64_t midr;
    __asm__ volatile("mrs %0, MIDR_EL1" : "=r"(midr));
    return static_cast<std::uint32_t>(midr);
  }
  char text[2048];
  return root.read_file("/proc/cpuinfo", text, sizeof text) > 0 ? midr_from_cpuinfo(text) : 0;
}
#endif

std::uint64_t packed_features(const Cpu& cpu) {
  const bool all[] = {cpu.sse3,        cpu.ssse3,    cpu.sse4_2,   cpu.avx,         cpu.avx2,
                      cpu.fma,         cpu.fma4,     cpu.avx512f,  cpu.avx512dq,    cpu.avx512cd,
                      cpu.avx512bw,    cpu.avx512vl, cpu.avx512pf, cpu.avx512_vnni, cpu.avx512_bf16,
                      cpu.avx512_fp16, cpu.amx_bf16, cpu.asimd,    cpu.atomics,     cpu.asimdrdm,
                      cpu.asimddp,     cpu.dcpop,    cpu.ilrcpc,   cpu.flagm,       cpu.dit,
                      cpu.uscat,       cpu.sve,      cpu.sve2,     cpu.i8mm,        cpu.bf16};
  std::uint64_t packed = 0;
  for (bool feature : all) packed = (packed << 1) | (feature ? 1 : 0);
  return packed;
}

void set_core_type(Cpu& cpu) {
  snprintf(cpu.core_type, sizeof cpu.core_type, "%s", core_type(cpu));
}

}  // namespace

Architecture this_architecture() noexcept {
#if defined(__x86_64__)
  return Architecture::x86_64;
#elif defined(__aarch64__)
  return Architecture::arm64;
#else
  return Architecture::other;
#endif
}

Cpu decode_x86(const X86Source& source) noexcept {
  Cpu cpu;
  cpu.architecture = Architecture::x86_64;
  std::uint32_t leaf0[4];
  source.cpuid(0, 0, leaf0);
  read_vendor(leaf0, cpu);
  std::uint32_t leaf1[4];
  source.cpuid(1, 0, leaf1);
  read_signature(leaf1[kEax], cpu);
  cpu.sse3 = bit(leaf1[kEcx], 0);
  cpu.ssse3 = bit(leaf1[kEcx], 9);
  cpu.sse4_2 = bit(leaf1[kEcx], 20);
  const std::uint64_t xcr0 = bit(leaf1[kEcx], 27) ? source.xcr0() : 0;
  cpu.avx = bit(leaf1[kEcx], 28) && (xcr0 & kXcr0Avx) == kXcr0Avx;
  cpu.fma = cpu.avx && bit(leaf1[kEcx], 12);
  read_extended(source, cpu);
  if (cpu.avx && leaf0[kEax] >= 7) {
    std::uint32_t leaf7[4];
    source.cpuid(7, 0, leaf7);
    cpu.avx2 = bit(leaf7[kEbx], 5);
    if ((xcr0 & kXcr0Avx512) == kXcr0Avx512) read_avx512(source, leaf7, cpu);
    cpu.amx_bf16 = cpu.avx512f && bit(leaf7[kEdx], 22) && bit(leaf7[kEdx], 24) &&
                   (xcr0 & kXcr0Amx) == kXcr0Amx;
  }
  set_core_type(cpu);
  return cpu;
}

Cpu decode_arm64(std::uint32_t midr, std::uint64_t hwcap, std::uint64_t hwcap2) noexcept {
  Cpu cpu;
  cpu.architecture = Architecture::arm64;
  cpu.implementer = static_cast<int>(midr >> 24);
  cpu.variant = static_cast<int>((midr >> 20) & 0xf);
  cpu.part = static_cast<int>((midr >> 4) & 0xfff);
  cpu.revision = static_cast<int>(midr & 0xf);
  cpu.asimd = bit(hwcap, kHwcapAsimd);
  cpu.atomics = bit(hwcap, kHwcapAtomics);
  cpu.asimdrdm = bit(hwcap, kHwcapAsimdrdm);
  cpu.asimddp = bit(hwcap, kHwcapAsimddp);
  cpu.dcpop = bit(hwcap, kHwcapDcpop);
  cpu.ilrcpc = bit(hwcap, kHwcapLrcpc) && bit(hwcap, kHwcapIlrcpc);
  cpu.flagm = bit(hwcap, kHwcapFlagm);
  cpu.dit = bit(hwcap, kHwcapDit);
  cpu.uscat = bit(hwcap, kHwcapUscat);
  cpu.sve = bit(hwcap, kHwcapSve);
  cpu.sve2 = cpu.sve && bit(hwcap2, kHwcap2Sve2);
  cpu.i8mm = bit(hwcap2, kHwcap2I8mm);
  cpu.bf16 = bit(hwcap2, kHwcap2Bf16);
  set_core_type(cpu);
  return cpu;
}

std::uint32_t midr_from_cpuinfo(const char* text) noexcept {
  unsigned long implementer = 0;
  unsigned long variant = 0;
  unsigned long part = 0;
  unsigned long revision = 0;
  if (!field_of(text, "CPU implementer", implementer) || !field_of(text, "CPU part", part)) {
    return 0;
  }
  field_of(text, "CPU variant", variant);
  field_of(text, "CPU revision", revision);
  constexpr std::uint32_t architecture_by_cpuid = 0xf;
  return static_cast<std::uint32_t>((implementer & 0xff) << 24 | (variant & 0xf) << 20 |
                                    architecture_by_cpuid << 16 | (part & 0xfff) << 4 |
                                    (revision & 0xf));
}

Cpu identify_cpu([[maybe_unused]] const FileRoot& root) noexcept {
#if defined(__x86_64__)
  return decode_x86({real_cpuid, real_xcr0});
#elif defined(__aarch64__)
  const std::uint64_t hwcap = getauxval(AT_HWCAP);
  return decode_arm64(read_midr(root, hwcap), hwcap, getauxval(AT_HWCAP2));
#else
  return Cpu{};
#endif
}

void cpu_id(const Cpu& cpu, char* out, std::size_t size) noexcept {
  const std::uint64_t features = packed_features(cpu);
  if (cpu.architecture == Architecture::arm64) {
    snprintf(out, size, "arm64:%02x:%x:%03x:%x:%" PRIx64, cpu.implementer, cpu.variant, cpu.part,
             cpu.revision, features);
  } else {
    // A vendor string with a space in it exists ("  Shanghai  ").
    char vendor[sizeof cpu.vendor];
    memcpy(vendor, cpu.vendor, sizeof vendor);
    for (char& c : vendor) {
      if (c == ' ') c = '_';
    }
    snprintf(out, size, "x86-64:%s:%x:%x:%x:%" PRIx64, vendor, cpu.family, cpu.model, cpu.stepping,
             features);
  }
}

}  // namespace switchblas::machine
