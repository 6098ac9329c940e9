// SPDX-License-Identifier: BSD-3-Clause
#include "base/message.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <stdio.h>
#include <stdlib.h>

#include <string>

namespace switchblas::base {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

TEST(Message, WarnWritesOnePrefixedLine) {
  CaptureStderr();
  warn("no %s: install %s", "OpenBLAS", "libopenblas0-openmp");
  EXPECT_EQ(GetCapturedStderr(), "switchblas: warning: no OpenBLAS: install libopenblas0-openmp\n");
}

TEST(Message, LongLineIsCutAndStillEnds) {
  CaptureStderr();
  warn("%s", std::string(5000, 'x').c_str());
  const std::string text = GetCapturedStderr();
  EXPECT_LT(text.size(), 1100u);
  EXPECT_EQ(text.substr(text.size() - 5), "x...\n");
}

TEST(Message, InformIsSilentBelowItsLevel) {
  set_verbosity(1);
  CaptureStderr();
  inform(2, "hidden");
  inform(1, "loaded %d", 3);
  set_verbosity(0);
  inform(1, "hidden too");
  EXPECT_EQ(GetCapturedStderr(), "switchblas: loaded 3\n");
}

TEST(Message, KeepsErrno) {
  CaptureStderr();
  errno = ENOENT;
  warn("text");
  EXPECT_EQ(errno, ENOENT);
  GetCapturedStderr();
}

TEST(MessageDeathTest, WarningsAreCapped) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  // The counter belongs to the process: a fresh one counts from the start.
  EXPECT_EXIT(
      {
        for (int i = 1; i <= 1000; ++i) warn("number %d", i);
        exit(0);
      },
      testing::ExitedWithCode(0),
      "number 20\nswitchblas: warning: no further warnings are shown\n$");
}

TEST(MessageDeathTest, FatalSaysWhyAndAborts) {
  EXPECT_EXIT(fatal("no library has %s", "dgemm_"), testing::KilledBySignal(SIGABRT),
              "switchblas: error: no library has dgemm_");
}

}  // namespace
}  // namespace switchblas::base
