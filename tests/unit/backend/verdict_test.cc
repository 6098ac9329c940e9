// SPDX-License-Identifier: BSD-3-Clause
#include "backend/verdict.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "../machine/temporary_tree.h"
#include "invented_cpu.h"

namespace switchblas::backend {
namespace {

class VerdictTest : public testing::Test {
 protected:
  void SetUp() override {
    tree_.write("/lib with space/libx.so.0", "library");
    library_ = tree_.path() + "/lib with space/libx.so.0";
    file_ = tree_.path() + "/cache/switchblas/kernels";
  }
  std::string read(const machine::Cpu& cpu) {
    char core[kMaxVerdict] = "unset";
    return read_verdict_file(file_.c_str(), library_.c_str(), cpu, core, sizeof core) ? core : "";
  }
  bool write(const machine::Cpu& cpu, const char* core) {
    return write_verdict_file(file_.c_str(), library_.c_str(), cpu, core);
  }
  std::string line(const machine::Cpu& cpu, const std::string& core) {
    long long size = 0;
    long long mtime = 0;
    EXPECT_TRUE(library_stamp(library_.c_str(), size, mtime));
    char id[96];
    machine::cpu_id(cpu, id, sizeof id);
    return library_ + " " + std::to_string(size) + " " + std::to_string(mtime) + " " + id + " " +
           core + "\n";
  }
  void put(const std::string& text) { tree_.write("/cache/switchblas/kernels", text); }

  machine::TemporaryTree tree_;
  std::string library_;
  std::string file_;
  const machine::Cpu zen5_ = amd(0x1a, 0x02, Level::bf16);
  const machine::Cpu zen2_ = amd(0x17, 0x31, Level::avx2);
};

TEST_F(VerdictTest, WrittenIsRead) {
  EXPECT_EQ(read(zen5_), "");
  ASSERT_TRUE(write(zen5_, "SkylakeX"));
  EXPECT_EQ(read(zen5_), "SkylakeX");
  EXPECT_EQ(read(zen2_), "");
}

TEST_F(VerdictTest, OneLineForEachCpuAndLibrary) {
  ASSERT_TRUE(write(zen5_, "SkylakeX"));
  ASSERT_TRUE(write(zen2_, "Zen"));
  ASSERT_TRUE(write(zen5_, "Haswell"));
  EXPECT_EQ(read(zen5_), "Haswell");
  EXPECT_EQ(read(zen2_), "Zen");
  std::ifstream in(file_);
  int lines = 0;
  for (std::string text; std::getline(in, text);) ++lines;
  EXPECT_EQ(lines, 2);
  int files = 0;
  for ([[maybe_unused]] const auto& entry :
       std::filesystem::directory_iterator(tree_.path() + "/cache/switchblas")) {
    ++files;
  }
  EXPECT_EQ(files, 1);
}

TEST_F(VerdictTest, ChangedLibraryHasNoVerdict) {
  ASSERT_TRUE(write(zen5_, "SkylakeX"));
  tree_.write("/lib with space/libx.so.0", "a new library");
  EXPECT_EQ(read(zen5_), "");
  std::filesystem::remove(library_);
  EXPECT_EQ(read(zen5_), "");
}

TEST_F(VerdictTest, BadLinesArePassedOver) {
  const std::string good = line(zen5_, "SkylakeX");
  const std::string garbage[] = {"",
                                 "\n\n",
                                 "words\n",
                                 " \n",
                                 "/a 1 2 3\n",
                                 "/a x 2 id core\n",
                                 "/a -1 2 id core\n",
                                 "/a 1 99999999999999999999999 id core\n",
                                 "relative 1 2 id core\n",
                                 line(zen5_, "../../evil"),
                                 line(zen5_, std::string(40, 'x')),
                                 std::string(100000, 'x') + "\n",
                                 std::string(100000, ' ') + "\n",
                                 std::string("\0\0\n", 3),
                                 "\x80\xff\xfe\n"};
  for (const std::string& bad : garbage) {
    put(bad + good);
    EXPECT_EQ(read(zen5_), "SkylakeX") << bad.substr(0, 40);
    put(good + bad);
    EXPECT_EQ(read(zen5_), "SkylakeX") << bad.substr(0, 40);
    put(bad);
    EXPECT_EQ(read(zen5_), "") << bad.substr(0, 40);
  }
  put(good.substr(0, good.size() - 1));
  EXPECT_EQ(read(zen5_), "") << "a last line without its end may be half written";
}

TEST_F(VerdictTest, ManyLines) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "/lib/other" + std::to_string(i) + " 1 2 id Core\n";
  put(text + line(zen5_, "SkylakeX") + text);
  EXPECT_EQ(read(zen5_), "SkylakeX");
}

TEST_F(VerdictTest, WriterDropsGarbage) {
  put("garbage\n" + line(zen2_, "Zen"));
  ASSERT_TRUE(write(zen5_, "SkylakeX"));
  std::ifstream in(file_);
  std::string all((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  EXPECT_EQ(all, line(zen2_, "Zen") + line(zen5_, "SkylakeX"));
}

TEST_F(VerdictTest, FileThatOthersCanWriteIsNotTrusted) {
  ASSERT_TRUE(write(zen5_, "SkylakeX"));
  chmod(file_.c_str(), 0666);
  EXPECT_EQ(read(zen5_), "");
  chmod(file_.c_str(), 0644);
  EXPECT_EQ(read(zen5_), "SkylakeX");
}

TEST_F(VerdictTest, NotARegularFile) {
  std::filesystem::create_directories(file_);
  EXPECT_EQ(read(zen5_), "");
  std::filesystem::remove(file_);
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(read(zen5_), "");
}

TEST_F(VerdictTest, RefusesWhatNoReaderWouldTake) {
  for (const char* wrong : {"", "two words", "a/b", "new\nline"}) {
    EXPECT_FALSE(write(zen5_, wrong)) << wrong;
    EXPECT_EQ(errno, EINVAL);
  }
  EXPECT_FALSE(write_verdict_file(file_.c_str(), "relative.so", zen5_, "Zen"));
  EXPECT_FALSE(write_verdict_file(file_.c_str(), "/absent/library.so", zen5_, "Zen"));
  EXPECT_EQ(errno, ENOENT);
  tree_.write("/plain", "");
  const std::string below = tree_.path() + "/plain/kernels";
  EXPECT_FALSE(write_verdict_file(below.c_str(), library_.c_str(), zen5_, "Zen"));
}

TEST_F(VerdictTest, SmallBufferGetsNothing) {
  ASSERT_TRUE(write(zen5_, "SkylakeX"));
  char core[8] = "unset";
  EXPECT_FALSE(read_verdict_file(file_.c_str(), library_.c_str(), zen5_, core, sizeof core));
  EXPECT_STREQ(core, "unset");
}

TEST_F(VerdictTest, UsersPlaces) {
  char path[256];
  setenv("XDG_CACHE_HOME", (tree_.path() + "/cache").c_str(), 1);
  ASSERT_TRUE(user_verdicts(path, sizeof path));
  EXPECT_EQ(path, file_);
  ASSERT_TRUE(write(zen5_, "SkylakeX"));
  char core[kMaxVerdict];
  ASSERT_TRUE(read_verdict(library_.c_str(), zen5_, core, sizeof core));
  EXPECT_STREQ(core, "SkylakeX");
  setenv("XDG_CACHE_HOME", "relative", 1);
  setenv("HOME", "/home/someone", 1);
  ASSERT_TRUE(user_verdicts(path, sizeof path));
  EXPECT_STREQ(path, "/home/someone/.cache/switchblas/kernels");
  unsetenv("XDG_CACHE_HOME");
  unsetenv("HOME");
  EXPECT_FALSE(user_verdicts(path, sizeof path));
  setenv("HOME", std::string(300, '/').c_str(), 1);
  EXPECT_FALSE(user_verdicts(path, sizeof path));
}

}  // namespace
}  // namespace switchblas::backend
