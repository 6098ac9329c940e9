// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>
#include <string.h>

#include "backend/kernels.h"
#include "invented_cpu.h"

namespace switchblas::backend {
namespace {

constexpr Version kDebian12 = {0, 9, 0};
constexpr Version kDebian13 = {1, 1, 0};
constexpr Version kNewest = {2, 1, 0};

const char* own(const machine::Cpu& cpu) { return blis_default_config(cpu, kDebian12).name; }
const char* safe(const machine::Cpu& cpu, bool all_configs = true) {
  const KernelChoice choice = blis_safe_config(cpu, kDebian12, all_configs);
  EXPECT_STRNE(choice.why, "");
  return choice.name;
}
machine::Cpu named(int model, int stepping, const char* name) {
  machine::Cpu cpu = intel(model, Level::avx512);
  cpu.stepping = stepping;
  strcpy(cpu.name, name);
  return cpu;
}

TEST(BlisDefault, IntelWithAvx512GoesByName) {
  EXPECT_STREQ(own(named(0x55, 4, "Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz")), "skx");
  EXPECT_STREQ(own(named(0x55, 7, "Intel(R) Xeon(R) Gold 6248 CPU @ 2.50GHz")), "skx");
  EXPECT_STREQ(own(named(0x55, 7, "Intel(R) Xeon(R) Gold 5218 CPU @ 2.30GHz")), "haswell");
  EXPECT_STREQ(own(named(0x55, 4, "Intel(R) Xeon(R) Gold 5122 CPU @ 3.60GHz")), "skx");
  EXPECT_STREQ(own(named(0x6a, 6, "Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz")), "haswell");
  EXPECT_STREQ(own(named(0x55, 4, "Intel(R) Xeon(R) Silver 4116 CPU @ 2.10GHz")), "haswell");
  EXPECT_STREQ(own(named(0x55, 4, "Intel(R) Xeon(R) W-2145 CPU @ 3.70GHz")), "skx");
  EXPECT_STREQ(own(named(0x55, 4, "Intel(R) Xeon(R) D-2146NT CPU @ 2.30GHz")), "haswell");
  EXPECT_STREQ(own(named(0xcf, 2, "Intel(R) Xeon(R) Processor")), "haswell");
  EXPECT_STREQ(own(named(0x8c, 1, "11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz")), "skx");
  EXPECT_STREQ(own(named(0x55, 4, "")), "haswell");
}

TEST(BlisDefault, Others) {
  EXPECT_STREQ(own(intel(0x3f, Level::avx2)), "haswell");
  EXPECT_STREQ(own(intel(0x2a, Level::avx)), "sandybridge");
  EXPECT_STREQ(own(intel(0x1a, Level::sse)), "penryn");
  EXPECT_STREQ(own(amd(0x17, 0x01, Level::avx2)), "zen");
  EXPECT_STREQ(own(amd(0x17, 0x31, Level::avx2)), "zen2");
  EXPECT_STREQ(own(amd(0x19, 0x11, Level::bf16)), "zen3");
  EXPECT_STREQ(own(amd(0x1a, 0x02, Level::bf16)), "generic");
  EXPECT_STREQ(own(x86_cpu("HygonGenuine", 0x18, 0, Level::avx2)), "generic");
  EXPECT_EQ(own(arm(0x41, 0xd0c, false)), nullptr);
}

TEST(BlisSafe, FullAvx512MeansSkx) {
  EXPECT_STREQ(safe(amd(0x1a, 0x02, Level::bf16)), "skx");
  EXPECT_EQ(safe(amd(0x19, 0x11, Level::bf16)), nullptr);
  EXPECT_STREQ(safe(named(0xcf, 2, "Intel(R) Xeon(R) Processor")), "skx");
  EXPECT_STREQ(safe(named(0x6a, 6, "Intel(R) Xeon(R) Silver 4314 CPU @ 2.40GHz")), "skx");
  EXPECT_EQ(safe(named(0x55, 4, "Intel(R) Xeon(R) Platinum 8175M CPU @ 2.50GHz")), nullptr);
  EXPECT_EQ(safe(named(0x55, 4, "Intel(R) Xeon(R) Silver 4116 CPU @ 2.10GHz")), nullptr);
}

TEST(BlisSafe, Avx2WhereTheCpuIsUnknown) {
  EXPECT_STREQ(safe(amd(0x1a, 0x02, Level::avx2)), "zen3");
  EXPECT_STREQ(safe(x86_cpu("HygonGenuine", 0x18, 0, Level::avx2)), "zen");
  EXPECT_STREQ(safe(x86_cpu("SomeoneElse!", 6, 0, Level::avx2)), "haswell");
  EXPECT_EQ(safe(amd(0x1a, 0x02, Level::avx)), nullptr);
  EXPECT_EQ(safe(amd(0x17, 0x31, Level::avx2)), nullptr);
}

TEST(BlisSafe, NeverMoreThanTheCpuHas) {
  machine::Cpu cpu = amd(0x1a, 0x02, Level::avx512);
  cpu.avx512cd = false;
  EXPECT_STREQ(safe(cpu), "zen3");
  cpu.fma = false;
  EXPECT_EQ(safe(cpu), nullptr);
}

TEST(BlisSafe, OnlyInBuildsOfAllConfigurations) {
  EXPECT_EQ(safe(amd(0x1a, 0x02, Level::bf16), false), nullptr);
  EXPECT_EQ(safe(arm(0x41, 0xd4f, true)), nullptr);
  const machine::Cpu cpu = amd(0x1a, 0x02, Level::bf16);
  EXPECT_EQ(blis_safe_config(cpu, {0, 8, 1}, true).name, nullptr);
  EXPECT_EQ(blis_safe_config(cpu, {9, 0, 0}, true).name, nullptr);
  EXPECT_STREQ(blis_safe_config(cpu, kDebian13, true).name, "skx");
  EXPECT_STREQ(blis_safe_config(cpu, kNewest, true).name, "skx");
}

TEST(BlisArchId, Numbers) {
  for (Version version : {kDebian12, kDebian13, kNewest}) {
    EXPECT_EQ(blis_arch_id("skx", version), 0);
    EXPECT_EQ(blis_arch_id("haswell", version), 3);
    EXPECT_EQ(blis_arch_id("zen3", version), 6);
    EXPECT_EQ(blis_arch_id("zen2", version), 7);
    EXPECT_EQ(blis_arch_id("zen", version), 8);
    EXPECT_EQ(blis_arch_id("armsve", version), -1);
  }
  EXPECT_EQ(blis_arch_id("skx", {0, 8, 1}), -1);
  EXPECT_EQ(blis_arch_id(nullptr, kDebian12), -1);
}

}  // namespace
}  // namespace switchblas::backend
