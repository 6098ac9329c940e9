// SPDX-License-Identifier: BSD-3-Clause
#include <gtest/gtest.h>
#include <string.h>

#include "machine/cpu.h"

namespace switchblas::machine {
namespace {

const char* x86(const char* vendor, int family, int model, int stepping = 0) {
  Cpu cpu;
  cpu.architecture = Architecture::x86_64;
  strcpy(cpu.vendor, vendor);
  cpu.family = family;
  cpu.model = model;
  cpu.stepping = stepping;
  return core_type(cpu);
}

const char* arm(int implementer, int part) {
  Cpu cpu;
  cpu.architecture = Architecture::arm64;
  cpu.implementer = implementer;
  cpu.part = part;
  return core_type(cpu);
}

TEST(CoreType, Intel) {
  EXPECT_STREQ(x86("GenuineIntel", 6, 0x3f), "haswell");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0x4f), "broadwell");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0x55, 4), "skylakex");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0x55, 7), "cascadelake");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0x55, 11), "cooperlake");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0x6a), "icelake-server");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0x8f), "sapphirerapids");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0xcf), "emeraldrapids");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0xad), "graniterapids");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0x97), "alderlake");
  EXPECT_STREQ(x86("GenuineIntel", 6, 0xfe), "generic-x86-64");
  EXPECT_STREQ(x86("GenuineIntel", 15, 6), "generic-x86-64");
}

TEST(CoreType, Amd) {
  EXPECT_STREQ(x86("AuthenticAMD", 0x15, 0x02), "piledriver");
  EXPECT_STREQ(x86("AuthenticAMD", 0x17, 0x01), "zen");
  EXPECT_STREQ(x86("AuthenticAMD", 0x17, 0x31), "zen2");
  EXPECT_STREQ(x86("AuthenticAMD", 0x19, 0x01), "zen3");
  EXPECT_STREQ(x86("AuthenticAMD", 0x19, 0x21), "zen3");
  EXPECT_STREQ(x86("AuthenticAMD", 0x19, 0x11), "zen4");
  EXPECT_STREQ(x86("AuthenticAMD", 0x19, 0x61), "zen4");
  EXPECT_STREQ(x86("AuthenticAMD", 0x19, 0xa0), "zen4");
  EXPECT_STREQ(x86("AuthenticAMD", 0x1a, 0x02), "zen5");
  EXPECT_STREQ(x86("AuthenticAMD", 0x1a, 0x44), "zen5");
  EXPECT_STREQ(x86("AuthenticAMD", 0x1a, 0x90), "zen6");
  EXPECT_STREQ(x86("HygonGenuine", 0x18, 0x00), "zen");
  EXPECT_STREQ(x86("AuthenticAMD", 0x1b, 0x00), "generic-x86-64");
  EXPECT_STREQ(x86("SomeoneElse!", 6, 0x3f), "generic-x86-64");
}

TEST(CoreType, Arm64) {
  EXPECT_STREQ(arm(0x41, 0xd0c), "neoverse-n1");
  EXPECT_STREQ(arm(0x41, 0xd40), "neoverse-v1");
  EXPECT_STREQ(arm(0x41, 0xd49), "neoverse-n2");
  EXPECT_STREQ(arm(0x6d, 0xd49), "neoverse-n2");
  EXPECT_STREQ(arm(0x41, 0xd4f), "neoverse-v2");
  EXPECT_STREQ(arm(0x41, 0xd84), "neoverse-v3");
  EXPECT_STREQ(arm(0x46, 0x001), "a64fx");
  EXPECT_STREQ(arm(0xc0, 0xac3), "ampere1");
  EXPECT_STREQ(arm(0x41, 0xd08), "cortex-a72");
  EXPECT_STREQ(arm(0x61, 0x023), "apple-m1");
  EXPECT_STREQ(arm(0x61, 0x039), "apple-m2");
  EXPECT_STREQ(arm(0x61, 0x000), "generic-arm64");
  EXPECT_STREQ(arm(0x61, 0xfff), "generic-arm64");
  EXPECT_STREQ(arm(0x41, 0xfff), "generic-arm64");
  EXPECT_STREQ(arm(0, 0), "generic-arm64");
}

TEST(CoreType, OtherArchitectures) { EXPECT_STREQ(core_type(Cpu()), "generic"); }

}  // namespace
}  // namespace switchblas::machine
