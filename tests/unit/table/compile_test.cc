// SPDX-License-Identifier: BSD-3-Clause
#include "table/compile.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "support.h"
#include "table/bins.h"
#include "table/find.h"
#include "table/flags.h"
#include "table/open.h"

namespace switchblas::table::testing {
namespace {

const std::string kHead = "[table]\nname = \"t\"\n[[routines]]\n";

std::string block(const std::string& names, const std::string& cells) {
  return kHead + "names = [" + names + "]\nprovenance = \"measured: here\"\ncells = [\n" + cells +
         "\n]\n";
}

/// Line 6 of what block() gives is the first line of the cells.
std::string error_of(const std::string& source) {
  try {
    compile_table(source, "t.toml");
  } catch (const SourceError& error) {
    return error.what();
  }
  return "no error";
}

Step step_at(const Image& image, const char* name, const char* flags, std::int64_t m,
             std::int64_t n, std::int64_t k, int cap) {
  const RoutineRow* row = find_row(image.table(), routine(name));
  const std::uint8_t* cell = cells(image.table(), *row, variant_of(routine(name), flags));
  const Floats sizes{static_cast<float>(m), static_cast<float>(n), static_cast<float>(k), 0};
  return step_for(ladders(image.table())[cell_of(cell, row->dims, sizes)], cap);
}

int backend_at(const Image& image, const char* name, const char* flags, std::int64_t m,
               std::int64_t n = 1, std::int64_t k = 1) {
  return step_at(image, name, flags, m, n, k, 1).backend;
}

TEST(Compile, result_is_sound_and_always_the_same) {
  const Compiled once = compile_table(kSmallTable, "small.toml");
  const Image image(once.bytes);
  EXPECT_EQ(check_table(image.data(), image.size()), OpenError::none);
  EXPECT_EQ(once.bytes, compile_table(kSmallTable, "other.toml").bytes);
}

TEST(Compile, first_match_wins) {
  const Image image = compiled(block("\"ddot\"", R"(
    { n = [8, 16], arms = ["blis*1"] },
    { n = [4, 64], arms = ["reference*1"] },
    { n = [8, 128], arms = ["other*1"] },
    { arms = ["openblas*1"] },)"));
  const int backends[][2] = {{1, 0},  {3, 0},  {4, 2},   {7, 2},   {8, 1},       {15, 1}, {16, 2},
                             {63, 2}, {64, 3}, {127, 3}, {128, 0}, {1 << 30, 0}, {0, 0},  {-5, 0}};
  for (const auto& [n, backend] : backends)
    EXPECT_EQ(backend_at(image, "ddot", "", n), backend) << n;
}

TEST(Compile, bounds_are_inclusive_below_and_exclusive_above) {
  const Image image = compiled(block("\"ddot\"", R"(
    { n = [2, 3], arms = ["blis*1"] },
    { n = [1000, inf], arms = ["reference*1"] },
    { n = [300], arms = ["other*1"] },
    { arms = ["openblas*1"] },)"));
  const int backends[][2] = {{1, 0}, {2, 1}, {3, 0}, {400, 3}, {1024, 2}, {2000000000, 2}};
  for (const auto& [n, backend] : backends)
    EXPECT_EQ(backend_at(image, "ddot", "", n), backend) << n;
}

TEST(Compile, size_least_and_most) {
  const Image image = compiled(block("\"dgemm\"", R"(
    { size = [2, 2.5], arms = ["blis*1"] },
    { most = [0, 4], arms = ["reference*1"] },
    { least = [100], arms = ["other*1"] },
    { arms = ["openblas*1"] },)"));
  EXPECT_EQ(backend_at(image, "dgemm", "NN", 2, 2, 2), 1);
  EXPECT_EQ(backend_at(image, "dgemm", "NN", 1, 2, 8), 0);  // mean 2.66
  EXPECT_EQ(backend_at(image, "dgemm", "NN", 1, 3, 3), 1);  // mean 2.08
  EXPECT_EQ(backend_at(image, "dgemm", "NN", 3, 3, 3), 2);
  EXPECT_EQ(backend_at(image, "dgemm", "NN", 3, 1, 1), 2);
  EXPECT_EQ(backend_at(image, "dgemm", "NN", 64, 4096, 4096), 0);
  EXPECT_EQ(backend_at(image, "dgemm", "NN", 128, 4096, 128), 3);
}

TEST(Compile, flags_choose_the_variant) {
  const Image image = compiled(block("\"dgemm\"", R"(
    { transa = "N", transb = "T", arms = ["blis*1"] },
    { transb = "c", arms = ["reference*1"] },
    { transa = "T", m = [64], arms = ["other*1"] },
    { arms = ["openblas*1"] },)"));
  EXPECT_EQ(backend_at(image, "dgemm", "NN", 99, 99, 99), 0);
  EXPECT_EQ(backend_at(image, "dgemm", "NT", 99, 99, 99), 1);
  EXPECT_EQ(backend_at(image, "dgemm", "NC", 99, 99, 99), 1);
  EXPECT_EQ(backend_at(image, "dgemm", "TT", 99, 99, 99), 2);
  EXPECT_EQ(backend_at(image, "dgemm", "TN", 99, 99, 99), 3);
  EXPECT_EQ(backend_at(image, "dgemm", "TN", 9, 99, 99), 0);
  const Image solve = compiled(block("\"trsm\"", R"(
    { side = "R", arms = ["blis*1"] },
    { transa = "T", arms = ["reference*1"] },
    { arms = ["openblas*1"] },)"));
  EXPECT_EQ(backend_at(solve, "strsm", "LUNN", 9, 9), 0);
  EXPECT_EQ(backend_at(solve, "dtrsm", "LLTU", 9, 9), 2);
  EXPECT_EQ(backend_at(solve, "ztrsm", "RUTN", 9, 9), 1);
}

TEST(Compile, every_cap_has_its_arm) {
  const Image image =
      compiled(block("\"ddot\"", R"({ arms = ["openblas*1", "blis*4", "openblas*all@16"] })"));
  const int expected[][3] = {{1, 0, 1}, {2, 0, 1},  {3, 0, 1},  {4, 1, 4},
                             {8, 1, 4}, {15, 1, 4}, {16, 0, 0}, {64, 0, 0}};
  for (const auto& [cap, backend, threads] : expected) {
    const Step step = step_at(image, "ddot", "", 5, 1, 1, cap);
    EXPECT_EQ(step.backend, backend) << cap;
    EXPECT_EQ(step.threads, threads) << cap;
  }
}

TEST(Compile, families_and_later_blocks) {
  const Image image = compiled(block("\"gemm\", \"ddot\"", "{ arms = [\"openblas*1\"] }") +
                               "[[routines]]\nnames = [\"dgemm\"]\n"
                               "provenance = \"modelled: there\"\n"
                               "cells = [{ arms = [\"blis*1\"] }]\n");
  EXPECT_EQ(image.table().routines, 5u);
  EXPECT_EQ(backend_at(image, "sgemm", "NN", 9, 9, 9), 0);
  EXPECT_EQ(backend_at(image, "dgemm", "NN", 9, 9, 9), 1);
  EXPECT_EQ(find_row(image.table(), "sgemv"), nullptr);
}

TEST(Compile, equal_grids_are_stored_once) {
  const Image one = compiled(block("\"dgemm\"", "{ arms = [\"openblas*1\"] }"));
  const Image all = compiled(block("\"gemm\"", "{ arms = [\"openblas*1\"] }"));
  EXPECT_EQ(all.size() - one.size(), 3 * sizeof(RoutineRow));
}

TEST(Compile, a_cell_that_is_never_chosen_gives_a_warning) {
  const Compiled compiled = compile_table(block("\"ddot\"", R"({ n = [0, 100], arms = ["blis*1"] },
    { n = [4, 50], arms = ["other*1"] },
    { n = [200, 201], arms = ["other*1"] },
    { arms = ["openblas*1"] })"),
                                          "t.toml");
  ASSERT_EQ(compiled.warnings.size(), 2u);
  EXPECT_EQ(compiled.warnings[0].find("t.toml:8:5: this cell is never chosen for ddot"), 0u)
      << compiled.warnings[0];
  EXPECT_EQ(compiled.warnings[1].find("t.toml:9:5: "), 0u) << compiled.warnings[1];
}

// The same rules, evaluated in another way: by logarithms, and away from every edge.
TEST(Compile, lookup_equals_a_slow_evaluation) {
  const Image image = compiled(kSmallTable);
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    double size[3];
    std::int64_t inside[3];
    for (int d = 0; d < 3; ++d) {
      int b = std::uniform_int_distribution<int>(0, kBins3 - 1)(random);
      if (b == 1) b = 0;
      size[d] = std::sqrt(static_cast<double>(bin_lower(b) * (bin_lower(b + 1) - 1)));
      inside[d] =
          std::uniform_int_distribution<std::int64_t>(bin_lower(b), bin_lower(b + 1) - 1)(random);
    }
    const int variant = std::uniform_int_distribution<int>(0, 3)(random);
    const double mean = std::exp((std::log(size[0]) + std::log(size[1]) + std::log(size[2])) / 3);
    ASSERT_GT(std::fabs(mean - 50), 1e-9);
    int backend = 0;
    int wide = 1;
    if (mean < 50) {
      wide = 0;
    } else if (size[0] < 32 && (variant & 2) != 0) {
      backend = 2;
      wide = 2;
    } else if (std::max({size[0], size[1], size[2]}) >= 512 &&
               std::min({size[0], size[1], size[2]}) < 16) {
      backend = 1;
    }
    const char* flags[] = {"NN", "NT", "TN", "TT"};
    const Step one = step_at(image, "dgemm", flags[variant], inside[0], inside[1], inside[2], 1);
    const Step two = step_at(image, "dgemm", flags[variant], inside[0], inside[1], inside[2], 2);
    ASSERT_EQ(one.backend, backend) << size[0] << ' ' << size[1] << ' ' << size[2];
    ASSERT_EQ(one.threads, 1);
    ASSERT_EQ(two.backend, wide);
    ASSERT_EQ(two.threads, wide == 1 ? 0 : 1);
  }
}

TEST(CompileError, head_of_the_file) {
  const std::string cells = "cells = [{ arms = [\"openblas*1\"] }]\n";
  EXPECT_EQ(error_of("[table\n").find("t.toml:1:"), 0u) << error_of("[table\n");
  EXPECT_EQ(error_of(""), "t.toml:1:1: no [table] with the name of the table");
  EXPECT_EQ(error_of("table = 1"), "t.toml:1:9: 'table' is a section: [table]");
  EXPECT_EQ(error_of("[table]\n"), "t.toml:1:1: [table] needs a name");
  EXPECT_EQ(error_of("[table]\nname = 1\n"), "t.toml:2:8: 'name' is a string");
  EXPECT_EQ(error_of("[table]\nname = \"" + std::string(32, 'x') + "\"\n"),
            "t.toml:2:8: 'name' has at most 31 bytes, none of them 0");
  EXPECT_EQ(error_of("[table]\nname = \"t\"\ncores = -1\n"),
            "t.toml:3:9: 'cores' is a whole number from 0 (any) to 65535");
  EXPECT_EQ(
      error_of("[table]\nname = \"t\"\nblas = \"\"\n"),
      "t.toml:3:1: unknown key 'blas' in [table]; allowed: name, core, cores, openblas, blis");
  EXPECT_EQ(error_of("[table]\nname = \"t\"\n[routine]\n"),
            "t.toml:3:2: unknown key 'routine' at the top of a table file; allowed: table, "
            "score, routines");
  EXPECT_EQ(error_of("score = 1\n[table]\nname = \"t\"\n"),
            "t.toml:1:9: 'score' is a section: [score]");
  EXPECT_EQ(error_of("[table]\nname = \"t\"\n"),
            "t.toml:1:1: no [[routines]]: a table needs at least one");
  EXPECT_EQ(error_of("[table]\nname = \"t\"\n[routines]\n"),
            "t.toml:3:1: routines are written as [[routines]]");
  const std::string allowed =
      "'provenance' must begin with one of measured, published, modelled, emulated, then a colon "
      "and where the values come from";
  EXPECT_EQ(error_of(kHead + "names = [\"ddot\"]\nprovenance = \"guessed\"\n" + cells),
            "t.toml:5:14: " + allowed);
  EXPECT_EQ(error_of(kHead + "names = [\"ddot\"]\n" + cells), "t.toml:3:1: " + allowed);
  EXPECT_EQ(error_of(kHead + "names = [\"ddot\"]\nwho = 1\n" + cells),
            "t.toml:5:1: unknown key 'who' in [[routines]]; allowed: names, provenance, cells");
}

TEST(CompileError, names) {
  const std::string cell = "{ arms = [\"openblas*1\"] }";
  EXPECT_EQ(error_of(block("\"ddot\", \"dsyrkk\"", cell)),
            "t.toml:4:18: 'dsyrkk' is neither a routine nor a family; did you mean 'dsyrk'?");
  const std::string far = error_of(block("\"nothing-near\"", cell));
  EXPECT_EQ(
      far.find("t.toml:4:10: 'nothing-near' is neither a routine nor a family; families are "), 0u)
      << far;
  EXPECT_EQ(error_of(block("7", cell)), "t.toml:4:10: 'names' is a list of strings");
  EXPECT_EQ(error_of(block("", cell)),
            "t.toml:4:9: 'names' must be a list of at least one of: routine or family names");
}

TEST(CompileError, cells) {
  const std::string last = ",\n{ arms = [\"openblas*1\"] }";
  const auto error = [&](const std::string& cell) {
    return error_of(block("\"dsyrk\"", cell + last));
  };
  const std::string arms = ", arms = [\"openblas*1\"] }";
  EXPECT_EQ(error_of(block("\"dsyrk\"", "")),
            "t.toml:6:9: 'cells' must be a list of at least one of: cells, { ..., arms = [...] }");
  EXPECT_EQ(error("3"), "t.toml:7:1: a cell is written as { ..., arms = [...] }");
  EXPECT_EQ(error("{ m = [0, 3]" + arms),
            "t.toml:7:3: unknown key 'm' in a cell of dsyrk; allowed: n, k, size, least, most, "
            "trans, arms");
  EXPECT_EQ(error("{ uplo = \"U\"" + arms),
            "t.toml:7:3: unknown key 'uplo' in a cell of dsyrk; allowed: n, k, size, least, most, "
            "trans, arms");
  EXPECT_EQ(error("{ trans = \"X\"" + arms), "t.toml:7:11: 'trans' is one letter of 'NTC'");
  EXPECT_EQ(error("{ trans = \"NT\"" + arms), "t.toml:7:11: 'trans' is one letter of 'NTC'");
  const std::string form = "bounds on 'n' are [lower, upper], or [lower] where there is no end";
  EXPECT_EQ(error("{ n = 3" + arms), "t.toml:7:7: " + form);
  EXPECT_EQ(error("{ n = []" + arms), "t.toml:7:7: " + form);
  EXPECT_EQ(error("{ n = [1, 2, 3]" + arms), "t.toml:7:7: " + form);
  EXPECT_EQ(error("{ n = [1, \"2\"]" + arms), "t.toml:7:11: a bound is a number from 0 to inf");
  EXPECT_EQ(error("{ n = [-1, 2]" + arms), "t.toml:7:8: a bound is a number from 0 to inf");
  EXPECT_EQ(error("{ n = [nan, 2]" + arms), "t.toml:7:8: a bound is a number from 0 to inf");
  const std::string order = "the lower bound on 'n' must be below the upper one";
  EXPECT_EQ(error("{ n = [3, 2]" + arms), "t.toml:7:7: " + order);
  EXPECT_EQ(error("{ n = [3, 3]" + arms), "t.toml:7:7: " + order);
  EXPECT_EQ(error("{ n = [inf]" + arms), "t.toml:7:7: " + order);
  EXPECT_EQ(error("{ arms = [\"openblas*1\"] }"),
            "t.toml:7:1: a cell without bounds matches all: it must be the last one");
  EXPECT_EQ(error_of(block("\"dsyrk\"", "{ n = [1]" + arms)),
            "t.toml:7:1: the last cell must have no bounds (only arms), so that every size has an "
            "answer");
}

TEST(CompileError, arms) {
  const auto error = [&](const std::string& arms) {
    return error_of(block("\"dsyrk\"", "{ arms = " + arms + " }"));
  };
  const std::string form = "; an arm is BACKEND*THREADS or BACKEND*THREADS@MIN_CAP";
  EXPECT_EQ(error("[]"),
            "t.toml:7:10: 'arms' must be a list of at least one of: \"BACKEND*THREADS\"");
  EXPECT_EQ(error("[1]"), "t.toml:7:11: 'arms' is a list of strings");
  EXPECT_EQ(error("[\"mkl*1\"]"),
            "t.toml:7:11: arm 'mkl*1': unknown backend 'mkl', allowed: openblas, blis, reference, "
            "other" +
                form);
  EXPECT_EQ(error("[\"blis\"]"), "t.toml:7:11: arm 'blis': no '*'" + form);
  EXPECT_EQ(error("[\"bl@is*1\"]").find("t.toml:7:11: arm 'bl@is*1': "), 0u);
  const auto error_in = [&](const std::string& arm) { return error("[\"" + arm + "\"]"); };
  for (const char* arm :
       {"blis*", "blis*0", "blis*-1", "blis*x", "blis*1x", "blis*65536", "blis* 1", "blis*ALL"})
    EXPECT_EQ(error_in(arm), std::string("t.toml:7:11: arm '") + arm +
                                 "': the threads are a number from 1 to 65535, or 'all'" + form);
  for (const char* arm :
       {"blis*1@", "blis*1@0", "blis*1@-1", "blis*1@x", "blis*1@65536", "blis*1@1@1"})
    EXPECT_EQ(error_in(arm), std::string("t.toml:7:11: arm '") + arm +
                                 "': the least cap is a number from 1 to 65535" + form);
  EXPECT_EQ(error("[\"blis*all\"]"),
            "t.toml:7:11: the first arm must hold from a cap of 1: \"openblas*1\", or another "
            "with @1");
  EXPECT_EQ(error("[\"blis*all@1\"]"), "no error");
  EXPECT_EQ(error("[\"blis*1\", \"blis*4\", \"blis*all\"]"),
            "t.toml:7:31: arms must stand in rising order of the cap that they hold from, here 2 "
            "after 4");
  EXPECT_EQ(error("[\"blis*1\",\"blis*2\",\"blis*3\",\"blis*4\",\"blis*5\",\"blis*6\",\"blis*7\","
                  "\"blis*8\",\"blis*9\"]"),
            "t.toml:7:10: a cell has at most 8 arms");
}

TEST(CompileError, too_many_ladders) {
  std::string cells;
  for (int i = 1; i <= kMaxLadders; ++i)
    cells += "{ n = [" + std::to_string(i) + "], arms = [\"blis*1\", \"blis*" +
             std::to_string(i + 1) + "\"] },\n";
  EXPECT_EQ(error_of(block("\"ddot\"", cells + "{ arms = [\"blis*1\"] }")),
            "t.toml:263:1: more than 256 different lists of arms in one table");
}

class CompileFile : public ::testing::Test {
 protected:
  CompileFile() {
    std::string name = (std::filesystem::temp_directory_path() / "table-test-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~CompileFile() override { std::filesystem::remove_all(folder_); }
  std::size_t files() const {
    const std::filesystem::directory_iterator all(folder_);
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  std::filesystem::path folder_;
};

TEST_F(CompileFile, replaces_whole_files_and_leaves_nothing_beside) {
  std::ofstream(folder_ / "a.toml") << kSmallTable;
  std::ofstream(folder_ / "a.sbt") << "old";
  EXPECT_TRUE(compile_file(folder_ / "a.toml", folder_ / "a.sbt").empty());
  EXPECT_EQ(files(), 2u);
  const Opened opened = open_table((folder_ / "a.sbt").c_str());
  EXPECT_EQ(opened.error, OpenError::none);
  close_table(opened.table);
}

TEST_F(CompileFile, says_which_file_cannot_be_read_or_written) {
  const auto message = [](const std::filesystem::path& in, const std::filesystem::path& out) {
    try {
      compile_file(in, out);
    } catch (const std::runtime_error& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  const std::string target = (folder_ / "none" / "a.sbt").string();
  const std::string source = (folder_ / "a.toml").string();
  EXPECT_EQ(message(source, target), source + " cannot be read (No such file or directory)");
  EXPECT_EQ(message(folder_, target), folder_.string() + " cannot be read (Is a directory)");
  std::ofstream(source) << kSmallTable;
  EXPECT_EQ(message(source, target), target + " cannot be written (No such file or directory)");
  std::filesystem::create_directory(folder_ / "taken");
  EXPECT_NE(message(source, folder_ / "taken").find("taken cannot be written ("),
            std::string::npos);
  EXPECT_EQ(files(), 2u);
}

}  // namespace
}  // namespace switchblas::table::testing
