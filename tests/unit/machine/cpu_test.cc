// SPDX-License-Identifier: BSD-3-Clause
#include "machine/cpu.h"

#include <gtest/gtest.h>
#include <string.h>

#include <map>
#include <string>
#include <utility>

#include "temporary_tree.h"

namespace switchblas::machine {
namespace {

struct Registers {
  std::uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
};
std::map<std::pair<std::uint32_t, std::uint32_t>, Registers> leaves;
std::uint64_t xcr0 = 0;
int xcr0_reads = 0;

void fake_cpuid(std::uint32_t leaf, std::uint32_t subleaf, std::uint32_t out[4]) {
  const Registers& r = leaves[{leaf, subleaf}];
  out[0] = r.eax;
  out[1] = r.ebx;
  out[2] = r.ecx;
  out[3] = r.edx;
}
std::uint64_t fake_xcr0() {
  ++xcr0_reads;
  return xcr0;
}

constexpr std::uint32_t kSse3 = 1u << 0, kSsse3 = 1u << 9, kFma = 1u << 12, kSse42 = 1u << 20,
                        kOsxsave = 1u << 27, kAvx = 1u << 28;
constexpr std::uint32_t kAvx2 = 1u << 5,
                        kAvx512 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;

// A server CPU of AMD's family 0x1a: vendor, signature 0x00b00f21, everything up to AVX512_BF16.
void invent_zen5() {
  leaves.clear();
  leaves[{0, 0}] = {0x10, 0x68747541, 0x444d4163, 0x69746e65};
  leaves[{1, 0}] = {0x00b00f21, 0, kSse3 | kSsse3 | kFma | kSse42 | kOsxsave | kAvx, 0};
  leaves[{7, 0}] = {1, kAvx2 | kAvx512, 1u << 11, 0};
  leaves[{7, 1}] = {1u << 5, 0, 0, 0};
  leaves[{0x80000000u, 0}] = {0x80000028u, 0, 0, 0};
  leaves[{0x80000002u, 0}] = {0x20444d41, 0x43595045, 0x35353920, 0x00000034};
  xcr0 = 0xe7;
  xcr0_reads = 0;
}

TEST(DecodeX86, Zen5) {
  invent_zen5();
  const Cpu cpu = decode_x86({fake_cpuid, fake_xcr0});
  EXPECT_STREQ(cpu.vendor, "AuthenticAMD");
  EXPECT_EQ(cpu.family, 0x1a);
  EXPECT_EQ(cpu.model, 0x02);
  EXPECT_EQ(cpu.stepping, 1);
  EXPECT_STREQ(cpu.name, "AMD EPYC 9554");
  EXPECT_TRUE(cpu.avx512_for_kernels());
  EXPECT_TRUE(cpu.avx512_bf16 && cpu.avx512_vnni && cpu.sse4_2);
  EXPECT_FALSE(cpu.amx_bf16 || cpu.avx512_fp16 || cpu.fma4);
  EXPECT_STREQ(cpu.core_type, "zen5");
}

TEST(DecodeX86, SystemWithoutAvx512State) {
  invent_zen5();
  xcr0 = 0x07;
  const Cpu cpu = decode_x86({fake_cpuid, fake_xcr0});
  EXPECT_TRUE(cpu.avx && cpu.avx2 && cpu.fma);
  EXPECT_FALSE(cpu.avx512f || cpu.avx512vl || cpu.avx512_bf16);
}

TEST(DecodeX86, SystemWithoutAvxState) {
  invent_zen5();
  xcr0 = 0x03;
  const Cpu cpu = decode_x86({fake_cpuid, fake_xcr0});
  EXPECT_FALSE(cpu.avx || cpu.avx2 || cpu.fma || cpu.avx512f);
  EXPECT_TRUE(cpu.sse3);
}

TEST(DecodeX86, XgetbvOnlyWithOsxsave) {
  invent_zen5();
  leaves[{1, 0}].ecx &= ~kOsxsave;
  const Cpu cpu = decode_x86({fake_cpuid, fake_xcr0});
  EXPECT_EQ(xcr0_reads, 0);
  EXPECT_FALSE(cpu.avx);
}

TEST(DecodeX86, Leaf7IsNotAskedBeyondTheLastLeaf) {
  invent_zen5();
  leaves[{0, 0}].eax = 4;
  const Cpu cpu = decode_x86({fake_cpuid, fake_xcr0});
  EXPECT_TRUE(cpu.avx);
  EXPECT_FALSE(cpu.avx2 || cpu.avx512f);
}

TEST(DecodeX86, Fma4OfTheFamilyThatHasIt) {
  invent_zen5();
  leaves[{0x80000001u, 0}].ecx = 1u << 16;
  EXPECT_FALSE(decode_x86({fake_cpuid, fake_xcr0}).fma4);
  leaves[{1, 0}].eax = 0x00600f20;
  const Cpu cpu = decode_x86({fake_cpuid, fake_xcr0});
  EXPECT_TRUE(cpu.fma4);
  EXPECT_STREQ(cpu.core_type, "piledriver");
}

TEST(DecodeX86, AmxNeedsTheSystemsConsent) {
  invent_zen5();
  leaves[{7, 0}].edx = 1u << 22 | 1u << 24;
  EXPECT_FALSE(decode_x86({fake_cpuid, fake_xcr0}).amx_bf16);
  xcr0 |= 0x60000;
  EXPECT_TRUE(decode_x86({fake_cpuid, fake_xcr0}).amx_bf16);
}

TEST(DecodeArm64, Graviton4) {
  const std::uint64_t hwcap = 1u << 1 | 1u << 8 | 1u << 11 | 1u << 12 | 1u << 15 | 1u << 16 |
                              1u << 20 | 1u << 22 | 1u << 24 | 1u << 25 | 1u << 26 | 1u << 27;
  const std::uint64_t hwcap2 = 1u << 1 | 1u << 13 | 1u << 14;
  const Cpu cpu = decode_arm64(0x410fd4f1, hwcap, hwcap2);
  EXPECT_EQ(cpu.implementer, 0x41);
  EXPECT_EQ(cpu.part, 0xd4f);
  EXPECT_EQ(cpu.variant, 0);
  EXPECT_EQ(cpu.revision, 1);
  EXPECT_TRUE(cpu.asimd && cpu.sve && cpu.sve2 && cpu.i8mm && cpu.bf16 && cpu.ilrcpc);
  EXPECT_STREQ(cpu.core_type, "neoverse-v2");
  EXPECT_FALSE(decode_arm64(0x410fd4f1, hwcap & ~(1u << 22), hwcap2).sve2);
}

TEST(MidrFromCpuinfo, TakesTheFirstProcessor) {
  EXPECT_EQ(midr_from_cpuinfo("processor\t: 0\nBogoMIPS\t: 243.75\n"
                              "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\n"
                              "CPU part\t: 0xd0c\nCPU revision\t: 1\n\nprocessor\t: 1\n"
                              "CPU implementer\t: 0x51\n"),
            0x413fd0c1u);
  EXPECT_EQ(midr_from_cpuinfo("processor\t: 0\nvendor_id\t: GenuineIntel\n"), 0u);
  EXPECT_EQ(midr_from_cpuinfo("CPU implementer\nCPU part\n"), 0u);
  EXPECT_EQ(midr_from_cpuinfo(""), 0u);
}

TEST(IdentifyCpu, ThisMachine) {
  const Cpu cpu = identify_cpu(FileRoot());
  EXPECT_EQ(cpu.architecture, this_architecture());
  EXPECT_STREQ(cpu.core_type, core_type(cpu));
  EXPECT_FALSE(cpu.avx512f && !cpu.avx2);
  EXPECT_FALSE(cpu.avx2 && !cpu.avx);
  EXPECT_FALSE(cpu.sve2 && !cpu.sve);
}

#if defined(__aarch64__)  // cpuid cannot be redirected
TEST(IdentifyCpu, SysfsOfAnotherMachineDecides) {
  TemporaryTree tree;
  tree.write("/proc/cpuinfo", "CPU implementer\t: 0x41\nCPU part\t: 0xd40\n");
  EXPECT_STREQ(identify_cpu(tree.root()).core_type, "neoverse-v1");
  tree.write("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1", "0x00000000410fd4f1\n");
  EXPECT_STREQ(identify_cpu(tree.root()).core_type, "neoverse-v2");
}
#endif

TEST(CpuId, ChangesWithTheCpuAndItsFeatures) {
  invent_zen5();
  Cpu cpu = decode_x86({fake_cpuid, fake_xcr0});
  char first[64];
  char second[64];
  cpu_id(cpu, first, sizeof first);
  EXPECT_EQ(strchr(first, ' '), nullptr);
  EXPECT_LT(strlen(first), sizeof first - 1);
  cpu.avx512_bf16 = false;
  cpu_id(cpu, second, sizeof second);
  EXPECT_STRNE(first, second);
  cpu.avx512_bf16 = true;
  cpu.model = 0x44;
  cpu_id(cpu, second, sizeof second);
  EXPECT_STRNE(first, second);
  strcpy(cpu.vendor, "  Shanghai  ");
  cpu_id(cpu, second, sizeof second);
  EXPECT_EQ(strchr(second, ' '), nullptr);
  cpu_id(decode_arm64(0x410fd4f1, ~0ull, ~0ull), second, sizeof second);
  EXPECT_EQ(std::string(second).rfind("arm64:41:0:d4f:1:", 0), 0u);
}

}  // namespace
}  // namespace switchblas::machine
