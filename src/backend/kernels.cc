// SPDX-License-Identifier: BSD-3-Clause
// What is common to the libraries: versions and the known faults.
#include "backend/kernels.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

namespace switchblas::backend {
namespace {

constexpr const char* kWrongSums =
    "the sum of absolute values of a complex vector (scasum) is wrong from n = 9 on, and with it "
    "eigenvectors of complex matrices (chsein)";
constexpr const char* kSumsEvidence =
    "measured with 0.3.21 on Emerald Rapids: 106 of the lengths 0 to 129 wrong at stride 1; "
    "eig.nep.c "
    "of LAPACK's testers fails and passes with SkylakeX, there and on Zen 5; OpenBLAS issue 4282, "
    "put right in 0.3.25";
constexpr const char* kUnequal =
    "eig.ed.c of LAPACK's testers (CEV, 8 of 1100): eigenvalues with and without eigenvectors are "
    "not equal bit for bit";
constexpr const char* kUnequalEvidence =
    "LAPACK 3.11's testers with 0.3.21 on Emerald Rapids: all eight are test 5, which gives 1/ulp "
    "for any difference; rounding, not wrong numbers";

constexpr KernelFact kFacts[] = {
    {"openblas", "Cooperlake", {0, 3, 20}, {0, 3, 24}, true, kWrongSums, "SkylakeX", kSumsEvidence},
    {"openblas",
     "SapphireRapids",
     {0, 3, 20},
     {0, 3, 24},
     true,
     kWrongSums,
     "SkylakeX",
     "OpenBLAS issue 4282, put right in 0.3.25"},
    // Not avoided: rounding alone, and the Haswell core has vectors of half the width.
    {"openblas", "SkylakeX", {0, 3, 21}, {0, 3, 21}, false, kUnequal, "Haswell", kUnequalEvidence},
    {"openblas",
     "Cooperlake",
     {0, 3, 21},
     {0, 3, 21},
     false,
     kUnequal,
     "Haswell",
     kUnequalEvidence},
};

}  // namespace

bool parse_version(const char* text, Version& version) noexcept {
  if (text == nullptr) return false;
  for (const char* at = text; *at != '\0';) {
    if (*at < '0' || *at > '9') {
      ++at;
      continue;
    }
    int parts[3] = {0, 0, 0};
    int count = 0;
    while (count < 3 && *at >= '0' && *at <= '9') {
      char* end = nullptr;
      const long number = strtol(at, &end, 10);
      parts[count++] = number > 99999 ? 99999 : static_cast<int>(number);
      at = end;
      if (*at != '.' || at[1] < '0' || at[1] > '9') break;
      ++at;
    }
    if (count >= 2) {
      version = {parts[0], parts[1], parts[2]};
      return true;
    }
  }
  return false;
}

const KernelFact* kernel_facts(std::size_t& count) noexcept {
  count = sizeof kFacts / sizeof kFacts[0];
  return kFacts;
}

const KernelFact* avoided_core(const char* library, const char* core,
                               const Version& version) noexcept {
  if (core == nullptr) return nullptr;
  for (const KernelFact& fact : kFacts) {
    if (fact.avoided && strcmp(fact.library, library) == 0 && strcasecmp(fact.core, core) == 0 &&
        !(version < fact.first) && !(fact.last < version)) {
      return &fact;
    }
  }
  return nullptr;
}

}  // namespace switchblas::backend
