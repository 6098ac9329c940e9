// SPDX-License-Identifier: BSD-3-Clause
// The built-in tables: that they are sound, and that a core gets its own.
#include <gtest/gtest.h>
#include <string.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "machine/cpu.h"
#include "support.h"
#include "table/describe.h"
#include "table/find.h"
#include "table/locate.h"
#include "table/open.h"

namespace switchblas::table::testing {
namespace {

std::string source_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

TEST(BuiltIn, tables_compile_without_a_warning_and_have_every_routine) {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SWITCHBLAS_TABLES)) {
    const Compiled compiled = compile_table(source_of(entry.path()), entry.path().string());
    for (const std::string& warning : compiled.warnings) ADD_FAILURE() << warning;
    const Image image(compiled.bytes);
    ASSERT_EQ(check_table(image.data(), image.size()), OpenError::none) << entry.path();
    EXPECT_EQ(image.table().name, entry.path().stem());
    if (entry.path().stem().string().starts_with("generic-")) {
      for (const catalogue::RoutineInfo& info : catalogue::kRoutines)
        EXPECT_NE(find_row(image.table(), info), nullptr) << info.name;
    }
    ++count;
  }
  EXPECT_GE(count, 2);
}

/// The table of an arm64 core as a process on it would find it: by MIDR_EL1, core type and path.
class CoreTable {
 public:
  explicit CoreTable(std::uint32_t midr) {
    const machine::Cpu cpu = machine::decode_arm64(midr, 0, 0);
    TablePlaces places{};
    places.folder = "/folder";
    places.core_type = cpu.core_type;
    static char paths[kMaxTablePaths][kPathSize];
    const int count = table_paths(places, paths);
    // The generic one comes last, the core's before it.
    if (count >= 2) path_ = paths[count - 2];
    const auto name = std::filesystem::path(path_).stem().string() + ".toml";
    image_ = compiled(source_of(std::filesystem::path(SWITCHBLAS_TABLES) / name));
  }

  const std::string& path() const { return path_; }
  const Header& table() const { return image_.table(); }

  /// "openblas*8" of a call on operands of this side.
  std::string arm(const char* name, std::int64_t side, int cap) const {
    const std::vector<std::int64_t> sizes(kMaxDims, side);
    const Description found = describe(table(), name, "", sizes.data(), routine(name).dim_count);
    if (found.error != DescribeError::none) return "none";
    EXPECT_EQ(strncmp(found.provenance, "published: ", 11), 0) << name;
    const Step& step = step_for(*found.ladder, cap);
    const int threads = step.threads == 0 || step.threads > cap ? cap : step.threads;
    return std::string(backend_name(step.backend)) + "*" + std::to_string(threads);
  }

 private:
  std::string path_;
  Image image_{compile_table(kSmallTable, "small.toml").bytes};
};

TEST(BuiltIn, neoverse_n1_has_the_published_level_3) {
  const CoreTable table(0x413fd0c1);
  EXPECT_EQ(table.path(), "/folder/tables/neoverse-n1.sbt");
  EXPECT_STREQ(table.table().core, "neoverse-n1");
  // Complex: BLIS; real: OpenBLAS on one thread, BLIS on many.
  EXPECT_EQ(table.arm("zgemm", 1000, 1), "blis*1");
  EXPECT_EQ(table.arm("cherk", 1000, 64), "blis*64");
  EXPECT_EQ(table.arm("dgemm", 1000, 1), "openblas*1");
  EXPECT_EQ(table.arm("dgemm", 1000, 4), "openblas*4");
  EXPECT_EQ(table.arm("dgemm", 1000, 64), "blis*64");
  // BLIS is several times slower there.
  EXPECT_EQ(table.arm("dtrmm", 240, 64), "openblas*64");
  EXPECT_EQ(table.arm("dtrsm", 1200, 64), "blis*64");
  // Below what was published BLIS is not tried.
  EXPECT_EQ(table.arm("zgemm", 8, 64), "openblas*1");
  EXPECT_EQ(table.arm("ddot", 1000, 64), "none");
}

TEST(BuiltIn, neoverse_v1_has_the_published_counts) {
  const CoreTable table(0x411fd401);
  EXPECT_EQ(table.path(), "/folder/tables/neoverse-v1.sbt");
  EXPECT_STREQ(table.table().core, "neoverse-v1");
  EXPECT_EQ(table.arm("sgemm", 50, 64), "openblas*1");
  EXPECT_EQ(table.arm("sgemm", 150, 64), "openblas*12");
  EXPECT_EQ(table.arm("sgemm", 150, 4), "openblas*4");
  EXPECT_EQ(table.arm("sgemm", 2000, 64), "openblas*64");
  EXPECT_EQ(table.arm("dgemv", 150, 64), "openblas*4");
  EXPECT_EQ(table.arm("ddot", 60000, 64), "openblas*1");
  EXPECT_EQ(table.arm("ddot", 80000, 64), "openblas*2");
  EXPECT_EQ(table.arm("sdot", 80000, 64), "openblas*1");
}

TEST(BuiltIn, neoverse_v2_has_the_published_counts) {
  const CoreTable table(0x410fd4f0);
  EXPECT_EQ(table.path(), "/folder/tables/neoverse-v2.sbt");
  EXPECT_STREQ(table.table().core, "neoverse-v2");
  EXPECT_EQ(table.arm("sgemm", 110, 96), "openblas*8");
  EXPECT_EQ(table.arm("sgemm", 900, 96), "openblas*56");
  EXPECT_EQ(table.arm("sgemm", 3000, 96), "openblas*96");
  EXPECT_EQ(table.arm("dgemv", 150, 96), "openblas*1");
  EXPECT_EQ(table.arm("sgemv", 200, 96), "openblas*8");
}

}  // namespace
}  // namespace switchblas::table::testing
