// SPDX-License-Identifier: BSD-3-Clause
#include "machine/file_root.h"

#include <gtest/gtest.h>

#include <string>

#include "temporary_tree.h"

namespace switchblas::machine {
namespace {

TEST(FileRoot, ReadsBelowItsPrefix) {
  TemporaryTree tree;
  tree.write("/proc/text", "hello\n");
  char buffer[16];
  EXPECT_EQ(tree.root().read_file("/proc/text", buffer, sizeof buffer), 6);
  EXPECT_STREQ(buffer, "hello\n");
  EXPECT_EQ(tree.root().read_file("/proc/text", buffer, 4), 3);
  EXPECT_STREQ(buffer, "hel");
  EXPECT_FALSE(tree.root().is_this_machine());
  EXPECT_TRUE(FileRoot().is_this_machine());
}

TEST(FileRoot, SaysWhatCannotBeRead) {
  TemporaryTree tree;
  char buffer[16] = "old";
  EXPECT_EQ(tree.root().read_file("/absent", buffer, sizeof buffer), -1);
  EXPECT_STREQ(buffer, "");
  EXPECT_EQ(tree.root().read_file("/", buffer, sizeof buffer), -1);
  EXPECT_EQ(tree.root().read_file("/absent", buffer, 0), -1);
  const std::string longer(5000, 'x');
  EXPECT_EQ(tree.root().read_file(longer.c_str(), buffer, sizeof buffer), -1);
}

TEST(FileRoot, Numbers) {
  TemporaryTree tree;
  tree.write("/ten", "10\n");
  tree.write("/hex", "0x410fd0c0\n");
  tree.write("/word", "max\n");
  tree.write("/empty", "");
  tree.write("/huge", "99999999999999999999999999\n");
  unsigned long long number = 0;
  EXPECT_TRUE(tree.root().read_number("/ten", number));
  EXPECT_EQ(number, 10u);
  EXPECT_TRUE(tree.root().read_number("/hex", number));
  EXPECT_EQ(number, 0x410fd0c0u);
  for (const char* file : {"/word", "/empty", "/huge", "/absent"}) {
    EXPECT_FALSE(tree.root().read_number(file, number)) << file;
  }
}

}  // namespace
}  // namespace switchblas::machine
