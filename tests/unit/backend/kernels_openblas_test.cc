// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>

#include "backend/kernels.h"
#include "invented_cpu.h"

namespace switchblas::backend {
namespace {

constexpr Version kOld = {0, 3, 20};
constexpr Version kDebian12 = {0, 3, 21};
constexpr Version k24 = {0, 3, 24};
constexpr Version kFixed = {0, 3, 25};
constexpr Version k26 = {0, 3, 26};
constexpr Version kDebian13 = {0, 3, 29};
constexpr Version kNewest = {0, 3, 34};

const char* own(const machine::Cpu& cpu, Version version) {
  return openblas_default_core(cpu, version).name;
}
const char* safe(const machine::Cpu& cpu, Version version) {
  const KernelChoice choice = openblas_safe_core(cpu, version);
  EXPECT_STRNE(choice.why, "");
  return choice.name;
}

TEST(Version, Parse) {
  Version version;
  EXPECT_TRUE(parse_version("OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH", version));
  EXPECT_EQ(version.patch, 21);
  EXPECT_TRUE(parse_version("0.9.0-1", version));
  EXPECT_EQ(version.minor, 9);
  EXPECT_TRUE(parse_version("2.1", version));
  EXPECT_EQ(version.major, 2);
  EXPECT_EQ(version.patch, 0);
  EXPECT_TRUE(parse_version("x86_64 BLIS 1.1.2.3", version));
  EXPECT_EQ(version.patch, 2);
  for (const char* wrong : {"", "none", "12", "1.", "v3"}) {
    EXPECT_FALSE(parse_version(wrong, version)) << wrong;
  }
  EXPECT_FALSE(parse_version(nullptr, version));
  EXPECT_TRUE((Version{0, 3, 9} < Version{0, 3, 21}));
  EXPECT_FALSE((Version{1, 0, 0} < Version{0, 9, 0}));
}

TEST(OpenblasDefault, Intel) {
  EXPECT_STREQ(own(intel(0x3f, Level::avx2), kDebian12), "Haswell");
  EXPECT_STREQ(own(intel(0x3f, Level::sse), kDebian12), "Nehalem");
  EXPECT_STREQ(own(intel(0x2a, Level::avx), kDebian12), "Sandybridge");
  EXPECT_STREQ(own(intel(0x55, Level::avx512), kDebian12), "SkylakeX");
  EXPECT_STREQ(own(intel(0x6a, Level::avx512), kDebian12), "SkylakeX");
  EXPECT_STREQ(own(intel(0x8f, Level::amx), kDebian12), "Cooperlake");
  EXPECT_STREQ(own(intel(0x8f, Level::amx), k24), "SapphireRapids");
  EXPECT_STREQ(own(intel(0x8f, Level::bf16), k24), "Cooperlake");
  EXPECT_STREQ(own(intel(0x97, Level::avx2), kDebian12), "Haswell");
  EXPECT_STREQ(own(intel(0xad, Level::amx), kDebian12), "Cooperlake");
}

TEST(OpenblasDefault, LateIntelModelsWereTheOldestCore) {
  for (int model : {0xb7, 0xba, 0xbe, 0xc5, 0xcf}) {
    EXPECT_STREQ(own(intel(model, Level::bf16), kOld), "Prescott");
    EXPECT_STREQ(own(intel(model, Level::bf16), kDebian12), "Prescott");
    EXPECT_STREQ(own(intel(model, Level::bf16), k24), "Prescott");
    EXPECT_STREQ(own(intel(model, Level::bf16), kFixed), "Cooperlake");
    EXPECT_STREQ(own(intel(model, Level::avx2), kFixed), "Haswell");
  }
}

TEST(OpenblasDefault, Amd) {
  EXPECT_STREQ(own(amd(0x17, 0x31, Level::avx2), kDebian12), "Zen");
  EXPECT_STREQ(own(amd(0x19, 0x01, Level::avx2), kDebian12), "Zen");
  EXPECT_STREQ(own(amd(0x19, 0x11, Level::bf16), kOld), "Zen");
  EXPECT_STREQ(own(amd(0x19, 0x11, Level::bf16), kDebian12), "Cooperlake");
  EXPECT_STREQ(own(amd(0x1a, 0x02, Level::bf16), kOld), "Barcelona");
  EXPECT_STREQ(own(amd(0x1a, 0x02, Level::bf16), kDebian12), "Cooperlake");
  EXPECT_STREQ(own(amd(0x15, 0x02, Level::avx), kDebian12), "Piledriver");
  EXPECT_STREQ(own(amd(0x15, 0x60, Level::avx2), kDebian12), "Excavator");
  EXPECT_STREQ(own(amd(0x10, 0x04, Level::sse), kDebian12), "Prescott");
}

TEST(OpenblasDefault, OtherVendors) {
  EXPECT_STREQ(own(x86_cpu("HygonGenuine", 0x18, 0, Level::avx2), kDebian12), "Zen");
  EXPECT_STREQ(own(x86_cpu("CentaurHauls", 7, 0x5b, Level::avx2), kDebian12), "Zen");
  EXPECT_STREQ(own(x86_cpu("CentaurHauls", 7, 0x5b, Level::avx2), kOld), "Nehalem");
  EXPECT_STREQ(own(x86_cpu("  Shanghai  ", 7, 0x3b, Level::avx2), kDebian12), "Nehalem");
  EXPECT_STREQ(own(x86_cpu("SomeoneElse!", 6, 1, Level::avx512), kDebian12), "SkylakeX");
}

TEST(OpenblasSafe, EmeraldRapids) {
  const machine::Cpu cpu = intel(0xcf, Level::bf16);
  // By itself Prescott, which solves small triangles faster than SkylakeX does.
  EXPECT_STREQ(safe(cpu, kDebian12), "Haswell");
  EXPECT_STREQ(safe(cpu, k24), "Haswell");
  EXPECT_EQ(safe(cpu, kFixed), nullptr);
  EXPECT_EQ(safe(cpu, kDebian13), nullptr);
}

TEST(OpenblasSafe, WrongSumsAreAvoided) {
  EXPECT_STREQ(safe(amd(0x1a, 0x02, Level::bf16), kDebian12), "SkylakeX");
  EXPECT_STREQ(safe(amd(0x19, 0x11, Level::bf16), kDebian12), "SkylakeX");
  EXPECT_STREQ(safe(intel(0x55, Level::bf16), kDebian12), "SkylakeX");
  EXPECT_STREQ(safe(intel(0x8f, Level::amx), k24), "SkylakeX");
  EXPECT_EQ(safe(intel(0x8f, Level::amx), kDebian13), nullptr);
  EXPECT_EQ(safe(amd(0x1a, 0x02, Level::bf16), kDebian13), nullptr);
}

TEST(OpenblasSafe, RightDefaultsAreLeftAlone) {
  EXPECT_EQ(safe(intel(0x3f, Level::avx2), kDebian12), nullptr);
  EXPECT_EQ(safe(intel(0x55, Level::avx512), kDebian12), nullptr);
  EXPECT_EQ(safe(intel(0x2a, Level::avx), kDebian12), nullptr);
  EXPECT_EQ(safe(amd(0x17, 0x31, Level::avx2), kDebian12), nullptr);
  EXPECT_EQ(safe(amd(0x15, 0x60, Level::avx2), kDebian12), nullptr);
}

TEST(OpenblasSafe, UnknownModelsGetWhatTheirFeaturesProve) {
  EXPECT_STREQ(safe(intel(0xb7, Level::avx2), kDebian12), "Haswell");
  EXPECT_STREQ(safe(amd(0x1a, 0x02, Level::avx2), kOld), "Zen");
  EXPECT_STREQ(safe(intel(0xcf, Level::sse), kDebian12), "Nehalem");
}

TEST(OpenblasSafe, NeverMoreThanTheCpuHas) {
  // AVX512VL alone makes the library choose SkylakeX; AVX2 alone makes it choose Haswell.
  machine::Cpu cpu = intel(0x55, Level::avx512);
  cpu.avx512dq = false;
  EXPECT_STREQ(safe(cpu, kDebian12), "Haswell");
  cpu = intel(0x3f, Level::avx2);
  cpu.fma = false;
  EXPECT_STREQ(safe(cpu, kDebian12), "Sandybridge");
  cpu = amd(0x17, 0x31, Level::avx);
  EXPECT_STREQ(safe(cpu, kDebian12), "Sandybridge");
}

TEST(OpenblasSafe, UnknownVersionsAreLeftAlone) {
  for (Version version : {Version{}, Version{0, 3, 8}, Version{0, 2, 20}}) {
    EXPECT_EQ(safe(intel(0xcf, Level::bf16), version), nullptr);
    EXPECT_EQ(safe(amd(0x1a, 0x02, Level::bf16), version), nullptr);
    EXPECT_EQ(safe(arm(0x41, 0xd4f, true), version), nullptr);
  }
}

TEST(OpenblasDefault, Arm64) {
  EXPECT_STREQ(own(arm(0x41, 0xd0c, false), kDebian12), "neoversen1");
  EXPECT_STREQ(own(arm(0x41, 0xd40, true), kOld), "armv8");
  EXPECT_STREQ(own(arm(0x41, 0xd40, true), kDebian12), "neoversev1");
  EXPECT_STREQ(own(arm(0x41, 0xd40, false), kDebian12), "neoversev1");
  EXPECT_STREQ(own(arm(0x41, 0xd40, false), k24), "neoversen1");
  EXPECT_STREQ(own(arm(0x41, 0xd4f, true), kDebian12), "armv8");
  EXPECT_STREQ(own(arm(0x41, 0xd4f, true), k24), "armv8sve");
  EXPECT_STREQ(own(arm(0x41, 0xd4f, true), kDebian13), "neoversev1");
  EXPECT_STREQ(own(arm(0x41, 0xd4f, true), kNewest), "neoversev2");
  EXPECT_STREQ(own(arm(0x41, 0xd49, true), kNewest), "neoversev2");
  EXPECT_STREQ(own(arm(0x41, 0xd84, true), kDebian13), "armv8sve");
  EXPECT_STREQ(own(arm(0x41, 0xd84, true), kNewest), "neoversev2");
  EXPECT_STREQ(own(arm(0x41, 0xd08, false), k24), "cortexa72");
  EXPECT_STREQ(own(arm(0x41, 0xd08, false), k26), "cortexa57");
  EXPECT_STREQ(own(arm(0x61, 0x023, false), kDebian12), "armv8");
  EXPECT_STREQ(own(arm(0x61, 0x023, false), k26), "neoversen1");
}

TEST(OpenblasSafe, Arm64) {
  EXPECT_EQ(safe(arm(0x41, 0xd0c, false), kDebian12), nullptr);
  EXPECT_EQ(safe(arm(0x41, 0xd40, true), kDebian12), nullptr);
  EXPECT_STREQ(safe(arm(0x41, 0xd40, false), kDebian12), "neoversen1");
  EXPECT_STREQ(safe(arm(0x41, 0xd4f, true), kDebian12), "neoversen1");
  EXPECT_STREQ(safe(arm(0x41, 0xd4f, true), k24), "neoversev1");
  EXPECT_STREQ(safe(arm(0x41, 0xd4f, true, false), k24), "neoversen1");
  EXPECT_EQ(safe(arm(0x41, 0xd4f, true), kDebian13), nullptr);
  EXPECT_STREQ(safe(arm(0x41, 0xd84, true), kDebian13), "neoversev1");
  EXPECT_EQ(safe(arm(0x41, 0xd84, true), kNewest), nullptr);
  EXPECT_STREQ(safe(arm(0xc0, 0xac3, false), kDebian12), "neoversen1");
  EXPECT_EQ(safe(arm(0x41, 0xd08, false), kDebian12), nullptr);
}

TEST(OpenblasSafe, Arm64WithoutProofIsLeftAlone) {
  machine::Cpu cpu = arm(0x41, 0xd4f, true);
  cpu.atomics = false;
  EXPECT_EQ(safe(cpu, kDebian12), nullptr);
  EXPECT_EQ(safe(arm(0x99, 0x123, true), kDebian12), nullptr);
  EXPECT_EQ(safe(machine::Cpu(), kDebian12), nullptr);
}

TEST(KernelFacts, AreWholeAndOnlyWhatIsAvoidedIsAvoided) {
  std::size_t count = 0;
  const KernelFact* facts = kernel_facts(count);
  ASSERT_GT(count, 0u);
  for (std::size_t i = 0; i < count; ++i) {
    EXPECT_FALSE(facts[i].last < facts[i].first);
    EXPECT_STRNE(facts[i].evidence, "");
    EXPECT_EQ(avoided_core(facts[i].library, facts[i].right_with, facts[i].first), nullptr);
  }
  EXPECT_NE(avoided_core("openblas", "cooperlake", kDebian12), nullptr);
  EXPECT_EQ(avoided_core("openblas", "Cooperlake", kFixed), nullptr);
  EXPECT_EQ(avoided_core("openblas", "SkylakeX", kDebian12), nullptr);
  EXPECT_EQ(avoided_core("blis", "Cooperlake", kDebian12), nullptr);
  EXPECT_EQ(avoided_core("openblas", nullptr, kDebian12), nullptr);
}

}  // namespace
}  // namespace switchblas::backend
