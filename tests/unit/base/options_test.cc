// SPDX-License-Identifier: BSD-3-Clause
#include "base/options.h"

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <set>
#include <string>

namespace switchblas::base {
namespace {

using testing::internal::CaptureStderr;
using testing::internal::GetCapturedStderr;

std::map<std::string, std::string> environment;
std::set<std::string> asked;

const char* fake_getenv(const char* name) {
  asked.insert(name);
  const auto found = environment.find(name);
  return found == environment.end() ? nullptr : found->second.c_str();
}

class OptionsTest : public testing::Test {
 protected:
  void SetUp() override {
    environment.clear();
    asked.clear();
  }
  Options read(const std::string& name, const std::string& value) {
    environment = {{name, value}};
    CaptureStderr();
    const Options options = read_options(fake_getenv, false);
    said_ = GetCapturedStderr();
    return options;
  }
  std::string said_;
};

TEST_F(OptionsTest, DefaultsWithoutEnvironment) {
  const Options options = read_options(fake_getenv, false);
  EXPECT_FALSE(options.disable);
  EXPECT_EQ(options.backend, BackendChoice::automatic);
  EXPECT_EQ(options.num_threads, 0);
  EXPECT_EQ(options.verbose, 0);
  EXPECT_EQ(options.off, nullptr);
  EXPECT_EQ(options.table_file, nullptr);
  EXPECT_EQ(options.openblas_file, nullptr);
}

TEST_F(OptionsTest, TableListsExactlyWhatIsRead) {
  read_options(fake_getenv, false);
  std::size_t count = 0;
  const OptionInfo* table = options_table(count);
  std::set<std::string> listed_names;
  for (std::size_t i = 0; i < count; ++i) {
    listed_names.insert(table[i].name);
    EXPECT_NE(*table[i].value, '\0');
    EXPECT_NE(*table[i].default_value, '\0');
    EXPECT_EQ(table[i].meaning[std::strlen(table[i].meaning) - 1], '.');
  }
  EXPECT_EQ(listed_names, asked);
}

TEST_F(OptionsTest, MachineRootIsForTestsAndNotForSetuidPrograms) {
  EXPECT_STREQ(read_machine_root(fake_getenv, false), "");
  environment = {{"SWITCHBLAS_MACHINE_ROOT", "/tmp/machine"}};
  EXPECT_STREQ(read_machine_root(fake_getenv, true), "");
  EXPECT_STREQ(read_machine_root(fake_getenv, false), "/tmp/machine");
}

TEST_F(OptionsTest, Backends) {
  EXPECT_EQ(read("SWITCHBLAS_BACKEND", "openblas").backend, BackendChoice::openblas);
  EXPECT_EQ(read("SWITCHBLAS_BACKEND", "BLIS").backend, BackendChoice::blis);
  EXPECT_EQ(read("SWITCHBLAS_BACKEND", "reference").backend, BackendChoice::reference);
  EXPECT_EQ(read("SWITCHBLAS_BACKEND", "auto").backend, BackendChoice::automatic);
  EXPECT_EQ(said_, "");
  const Options file = read("SWITCHBLAS_BACKEND", "/opt/libmy blas.so");
  EXPECT_EQ(file.backend, BackendChoice::file);
  EXPECT_STREQ(file.backend_file, "/opt/libmy blas.so");
}

TEST_F(OptionsTest, UnknownBackendNamesTheAllowedOnes) {
  EXPECT_EQ(read("SWITCHBLAS_BACKEND", "mkl").backend, BackendChoice::automatic);
  for (const char* word : {"mkl", "auto", "openblas", "blis", "reference", "absolute path"}) {
    EXPECT_NE(said_.find(word), std::string::npos) << word;
  }
  EXPECT_EQ(read("SWITCHBLAS_BACKEND", "lib/relative.so").backend, BackendChoice::automatic);
  EXPECT_NE(said_, "");
}

TEST_F(OptionsTest, Numbers) {
  EXPECT_EQ(read("SWITCHBLAS_NUM_THREADS", "8").num_threads, 8);
  EXPECT_EQ(read("SWITCHBLAS_NUM_THREADS", "65535").num_threads, 65535);
  EXPECT_EQ(read("SWITCHBLAS_VERBOSE", "2").verbose, 2);
  EXPECT_TRUE(read("SWITCHBLAS_DISABLE", "1").disable);
  EXPECT_FALSE(read("SWITCHBLAS_DISABLE", "0").disable);
  EXPECT_EQ(said_, "");
  for (const char* wrong : {"-1", "4x", "0x4", " 4", "65536", "99999999999999999999999", "four"}) {
    EXPECT_EQ(read("SWITCHBLAS_NUM_THREADS", wrong).num_threads, 0) << wrong;
    EXPECT_NE(said_.find("SWITCHBLAS_NUM_THREADS"), std::string::npos) << wrong;
  }
}

TEST_F(OptionsTest, EmptyIsUnset) {
  EXPECT_EQ(read("SWITCHBLAS_NUM_THREADS", "").num_threads, 0);
  EXPECT_EQ(read("SWITCHBLAS_OFF", "").off, nullptr);
  EXPECT_EQ(said_, "");
}

TEST_F(OptionsTest, LibraryFilesMustBeAbsolute) {
  EXPECT_STREQ(read("SWITCHBLAS_BLIS", "/x/libblis.so.4").blis_file, "/x/libblis.so.4");
  EXPECT_EQ(read("SWITCHBLAS_OPENBLAS", "libopenblas.so.0").openblas_file, nullptr);
  EXPECT_NE(said_.find("absolute path"), std::string::npos);
}

TEST_F(OptionsTest, TextsOutliveTheEnvironment) {
  const Options options = read("SWITCHBLAS_OFF", "dgemm, trsm");
  environment.clear();
  EXPECT_STREQ(options.off, "dgemm, trsm");
  EXPECT_EQ(read("SWITCHBLAS_OFF", "dgemm;trsm").off, nullptr);
  EXPECT_NE(said_, "");
}

TEST_F(OptionsTest, TooLongIsIgnored) {
  EXPECT_EQ(read("SWITCHBLAS_TABLE", "/" + std::string(10000, 'x')).table_file, nullptr);
  EXPECT_NE(said_.find("longer"), std::string::npos);
}

TEST_F(OptionsTest, SecureProcessesIgnoreTheEnvironment) {
  environment = {{"SWITCHBLAS_BACKEND", "/tmp/evil.so"}, {"SWITCHBLAS_DISABLE", "1"}};
  const Options options = read_options(fake_getenv, true);
  EXPECT_EQ(options.backend, BackendChoice::automatic);
  EXPECT_FALSE(options.disable);
  EXPECT_TRUE(asked.empty());
}

TEST(Listed, RoutinesAndFamilies) {
  EXPECT_TRUE(listed("dgemm,trsm", "dgemm"));
  EXPECT_TRUE(listed("dgemm,trsm", "ztrsm"));
  EXPECT_TRUE(listed(" axpy , GEMM", "dgemm"));
  EXPECT_TRUE(listed("asum", "dzasum"));
  EXPECT_TRUE(listed("iamax", "idamax"));
  EXPECT_TRUE(listed("scal", "csscal"));
  EXPECT_FALSE(listed("dgemm", "sgemm"));
  EXPECT_FALSE(listed("gemm", "dgemmt"));
  EXPECT_FALSE(listed("emm", "dgemm"));
  EXPECT_FALSE(listed("", "dgemm"));
  EXPECT_FALSE(listed(nullptr, "dgemm"));
  EXPECT_FALSE(listed(",,", "dgemm"));
  EXPECT_FALSE(listed("dgemm", ""));
}

}  // namespace
}  // namespace switchblas::base
