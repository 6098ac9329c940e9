// SPDX-License-Identifier: BSD-3-Clause
#include "table/open.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <random>

#include "support.h"
#include "table/checksum.h"
#include "table/describe.h"
#include "table/find.h"

namespace switchblas::table::testing {
namespace {

class OpenTest : public ::testing::Test {
 protected:
  OpenTest() : bytes_(compile_table(kSmallTable, "small.toml").bytes) {
    std::string name = (std::filesystem::temp_directory_path() / "table-test-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~OpenTest() override { std::filesystem::remove_all(folder_); }

  Opened open_bytes(const std::string& bytes) const {
    std::ofstream(file(), std::ios::binary) << bytes;
    return open_table(file().c_str());
  }
  std::string file() const { return (folder_ / "table.sbt").string(); }
  std::string message(const Opened& opened) const {
    char text[512];
    open_message(opened, file().c_str(), text, sizeof text);
    return text;
  }
  std::string message_of(const std::string& bytes) const {
    const Opened opened = open_bytes(bytes);
    EXPECT_EQ(opened.table, nullptr);
    return message(opened);
  }

  std::string bytes_;
  std::filesystem::path folder_;
};

std::string with_checksum(std::string bytes) {
  const std::uint64_t sum = checksum_of(bytes.data(), bytes.size());
  std::memcpy(bytes.data() + offsetof(Header, checksum), &sum, sizeof sum);
  return bytes;
}

template <class T>
std::string changed(std::string bytes, std::size_t offset, T value) {
  std::memcpy(bytes.data() + offset, &value, sizeof value);
  return with_checksum(std::move(bytes));
}

TEST_F(OpenTest, round_trip) {
  const Opened opened = open_bytes(bytes_);
  ASSERT_NE(opened.table, nullptr) << message(opened);
  EXPECT_EQ(opened.error, OpenError::none);
  EXPECT_STREQ(opened.table->name, "small");
  EXPECT_STREQ(opened.table->core, "any-core");
  EXPECT_EQ(opened.table->cores, 4u);
  EXPECT_STREQ(opened.table->openblas_version, "0.3.21");
  EXPECT_STREQ(opened.table->blis_version, "0.9.0");
  EXPECT_EQ(opened.table->routines, 3u);
  EXPECT_EQ(std::memcmp(opened.table, bytes_.data(), bytes_.size()), 0);
  close_table(opened.table);
  close_table(nullptr);
}

TEST_F(OpenTest, missing_file) {
  EXPECT_EQ(open_table(file().c_str()).error, OpenError::missing);
  EXPECT_EQ(message(open_table(file().c_str())),
            file() + " does not exist; make it with `switchblas table compile`");
  EXPECT_EQ(open_table((file() + "/below/a/file").c_str()).error, OpenError::missing);
}

TEST_F(OpenTest, unreadable_file_says_why) {
  std::filesystem::create_symlink("table.sbt", file());
  const Opened opened = open_table(file().c_str());
  EXPECT_EQ(opened.error, OpenError::unreadable);
  EXPECT_EQ(opened.system_error, ELOOP);
  EXPECT_NE(message(opened).find("cannot be read (Too many levels"), std::string::npos);
}

TEST_F(OpenTest, what_is_not_a_table) {
  const std::string text =
      file() + " is not a compiled table; make one with `switchblas table compile`";
  EXPECT_EQ(message_of(""), text);
  EXPECT_EQ(message_of(bytes_.substr(0, sizeof(Header) - 1)), text);
  EXPECT_EQ(message_of(kSmallTable), text);
  std::filesystem::remove(file());
  std::filesystem::create_directory(file());
  EXPECT_EQ(message(open_table(file().c_str())), text);
  std::filesystem::remove(file());
  ASSERT_EQ(mkfifo(file().c_str(), 0600), 0);
  EXPECT_EQ(message(open_table(file().c_str())), text);
}

TEST_F(OpenTest, other_version) {
  EXPECT_EQ(message_of(changed(bytes_, offsetof(Header, version), kVersion + 1)),
            file() +
                " is of another format than version 1; make it again with `switchblas table "
                "compile`");
}

TEST_F(OpenTest, cut_short_or_longer) {
  const std::string text =
      file() + " is damaged (size); make it again with `switchblas table compile`";
  EXPECT_EQ(message_of(bytes_.substr(0, bytes_.size() - 1)), text);
  EXPECT_EQ(message_of(bytes_.substr(0, sizeof(Header))), text);
  EXPECT_EQ(message_of(bytes_ + '\0'), text);
}

TEST_F(OpenTest, every_changed_byte_is_noticed) {
  for (std::size_t i = offsetof(Header, name); i < bytes_.size(); i += 31) {
    std::string damaged = bytes_;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
    const Image image(damaged);
    ASSERT_EQ(check_table(image.data(), image.size()), OpenError::checksum) << "byte " << i;
  }
  std::string damaged = bytes_;
  damaged.back() = static_cast<char>(damaged.back() ^ 1);
  EXPECT_EQ(message_of(damaged),
            file() + " is damaged (checksum); make it again with `switchblas table compile`");
}

TEST_F(OpenTest, message_is_cut_to_its_buffer) {
  char text[10];
  open_message({nullptr, OpenError::checksum, 0}, "table.sbt", text, sizeof text);
  EXPECT_STREQ(text, "table.sbt");
}

// The rest has a right checksum: what a faulty or hostile writer could leave.
class StructureTest : public OpenTest {
 protected:
  StructureTest() : image_(bytes_) {}
  template <class T>
  OpenError error_with(std::size_t offset, T value) const {
    const Image image(changed(bytes_, offset, value));
    return check_table(image.data(), image.size());
  }
  std::size_t row(int i, std::size_t member) const {
    return image_.table().routine_offset + static_cast<std::size_t>(i) * sizeof(RoutineRow) +
           member;
  }
  std::size_t step(int ladder, int step, std::size_t member) const {
    return image_.table().ladder_offset + static_cast<std::size_t>(ladder) * sizeof(Ladder) +
           offsetof(Ladder, steps) + static_cast<std::size_t>(step) * sizeof(Step) + member;
  }
  Image image_;
};

TEST_F(StructureTest, offsets_and_counts) {
  const Header& table = image_.table();
  for (const std::size_t member :
       {offsetof(Header, routine_offset), offsetof(Header, ladder_offset),
        offsetof(Header, provenance_offset)})
    for (const std::uint32_t value : {0u, 183u, table.file_bytes, 0xfffffff0u, 0xffffffffu})
      EXPECT_EQ(error_with(member, value), OpenError::structure) << member << " = " << value;
  for (const std::uint32_t value : {0u, 1000u, 0xffffffffu})
    EXPECT_EQ(error_with(offsetof(Header, ladders), value), OpenError::structure) << value;
  EXPECT_EQ(error_with(offsetof(Header, routines), 0xffffffffu), OpenError::structure);
  EXPECT_EQ(error_with(offsetof(Header, provenances), 0xffffffffu), OpenError::structure);
  EXPECT_EQ(error_with(offsetof(Header, provenances), 0u), OpenError::structure);
  // Rows off their alignment.
  EXPECT_EQ(error_with(offsetof(Header, routine_offset), table.routine_offset + 1),
            OpenError::structure);
}

TEST_F(StructureTest, rows) {
  using Name = std::array<char, 16>;
  Name full;
  full.fill('d');
  EXPECT_EQ(error_with(row(2, 0), full), OpenError::structure);
  EXPECT_EQ(error_with(row(0, 0), Name{}), OpenError::structure);
  EXPECT_EQ(error_with(row(0, 0), Name{"zzz"}), OpenError::structure);
  EXPECT_EQ(error_with(row(1, 0), Name{"ddot"}), OpenError::structure);
  for (const std::uint8_t dims : std::initializer_list<std::uint8_t>{0, 4, 255})
    EXPECT_EQ(error_with(row(0, offsetof(RoutineRow, dims)), dims), OpenError::structure);
  for (const std::uint8_t variants : std::initializer_list<std::uint8_t>{0, 17, 255})
    EXPECT_EQ(error_with(row(0, offsetof(RoutineRow, variants)), variants), OpenError::structure);
  EXPECT_EQ(error_with(row(0, offsetof(RoutineRow, provenance)), std::uint16_t{2}),
            OpenError::structure);
  const std::uint32_t end = image_.table().file_bytes;
  for (const std::uint32_t offset : {0u, end - kBins1 + 1, end, 0xffffffffu})
    EXPECT_EQ(error_with(row(0, offsetof(RoutineRow, grid)), offset), OpenError::structure);
  EXPECT_EQ(error_with(row(0, offsetof(RoutineRow, grid)), end - kBins1), OpenError::none);
}

TEST_F(StructureTest, ladders_and_steps) {
  const std::size_t count = image_.table().ladder_offset;
  for (const std::uint32_t value : {0u, 9u, 0xffffffffu})
    EXPECT_EQ(error_with(count, value), OpenError::structure) << value;
  for (const std::uint16_t first : std::initializer_list<std::uint16_t>{0, 2})
    EXPECT_EQ(error_with(step(0, 0, offsetof(Step, min_cap)), first), OpenError::structure);
  EXPECT_EQ(error_with(step(0, 0, offsetof(Step, backend)), std::uint8_t{kBackendKinds}),
            OpenError::structure);
  EXPECT_EQ(error_with(step(0, 0, offsetof(Step, plan)), std::uint8_t{1}), OpenError::structure);
  // ddot's second ladder is 1, 4, all@16.
  for (const std::uint16_t second : std::initializer_list<std::uint16_t>{0, 1, 16, 17})
    EXPECT_EQ(error_with(step(1, 1, offsetof(Step, min_cap)), second), OpenError::structure);
  EXPECT_EQ(error_with(step(1, 1, offsetof(Step, min_cap)), std::uint16_t{5}), OpenError::none);
}

TEST_F(StructureTest, cells_and_strings) {
  const std::uint32_t grid = rows(image_.table())[1].grid[2];
  const std::uint8_t ladder_count = static_cast<std::uint8_t>(image_.table().ladders);
  EXPECT_EQ(error_with(grid, ladder_count), OpenError::structure);
  EXPECT_EQ(error_with(grid, std::uint8_t(ladder_count - 1)), OpenError::none);
  std::array<char, 32> full;
  full.fill('x');
  for (const std::size_t member :
       {offsetof(Header, name), offsetof(Header, core), offsetof(Header, openblas_version),
        offsetof(Header, blis_version)})
    EXPECT_EQ(error_with(member, full), OpenError::structure) << member;
}

/// Reads all that a table may be asked for.
void read_all(const Header& table) {
  for (std::uint32_t i = 0; i < table.routines; ++i) {
    const RoutineRow& row = rows(table)[i];
    EXPECT_EQ(find_row(table, row.name), &row);
    EXPECT_NE(provenance_of(table, row), nullptr);
    std::size_t count = 1;
    for (int d = 0; d < row.dims; ++d) count *= static_cast<std::size_t>(bins(row.dims));
    for (int variant = 0; variant < row.variants; ++variant)
      for (std::size_t cell = 0; cell < count; ++cell)
        EXPECT_GE(step_for(ladders(table)[cells(table, row, variant)[cell]], static_cast<int>(cell))
                      .min_cap,
                  1);
  }
}

// What the checks let pass must be safe to read: meant for the sanitizers, which see a read
// outside.
TEST(Damage, what_passes_the_checks_can_be_read) {
  std::string source = kSmallTable;
  source.replace(source.find("\"dgemm\", "), 9, "");
  const std::string bytes = compile_table(source, "small.toml").bytes;
  std::mt19937 random(1);
  const auto below = [&](std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random);
  };
  int passed = 0;
  for (int i = 0; i < 3000; ++i) {
    std::string damaged = bytes;
    // Not the magic, version and size, which are looked at first; seldom the cells at the end.
    for (std::size_t left = 1 + below(3); left > 0; --left)
      damaged[24 + below((i % 4 == 0 ? bytes.size() : 800) - 24)] = static_cast<char>(below(256));
    const Image image(with_checksum(damaged));
    if (check_table(image.data(), image.size()) != OpenError::none) continue;
    ++passed;
    read_all(image.table());
  }
  EXPECT_GT(passed, 0);
  EXPECT_LT(passed, 3000);
}

}  // namespace
}  // namespace switchblas::table::testing
