// SPDX-License-Identifier: BSD-3-Clause
#include "table/compile.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <system_error>

#include "table/bins.h"
#include "table/checksum.h"

namespace switchblas::table {
namespace {

bool holds(const Bounds& bounds, double value) {
  return value >= bounds.lower && value < bounds.upper;
}

/// `sizes` has one value per dimension of the routine. The geometric mean is compared by its power,
/// so that bounds on whole numbers are exact and the same on every machine.
bool matches(const Rule& rule, unsigned variant, const double* sizes, int dims) {
  if ((variant & rule.flag_mask) != rule.flags) return false;
  double product = 1;
  Bounds power{1, 1};
  for (int i = 0; i < dims; ++i) {
    if (!holds(rule.bounds[i], sizes[i])) return false;
    product *= sizes[i];
    power.lower *= rule.bounds[kSize].lower;
    power.upper *= rule.bounds[kSize].upper;
  }
  const auto [least, most] = std::minmax_element(sizes, sizes + dims);
  return holds(power, product) && holds(rule.bounds[kLeast], *least) &&
         holds(rule.bounds[kMost], *most);
}

class Writer {
 public:
  explicit Writer(const TableSource& source) : source_(source) {}

  Compiled write() {
    for (const auto& [name, rules] : source_.routines) add(rules);
    std::sort(compiled_.warnings.begin(), compiled_.warnings.end());
    compiled_.warnings.erase(std::unique(compiled_.warnings.begin(), compiled_.warnings.end()),
                             compiled_.warnings.end());
    assemble();
    return std::move(compiled_);
  }

 private:
  void add(const RoutineRules& rules) {
    const catalogue::RoutineInfo& routine = *rules.routine;
    RoutineRow row{};
    if (std::strlen(routine.name) >= sizeof row.name || routine.dim_count > kMaxDims ||
        routine.variant_count > kMaxVariants)
      throw SourceError(std::string(routine.name) + " does not fit the table format");
    std::memcpy(row.name, routine.name, std::strlen(routine.name));
    row.dims = routine.dim_count;
    row.variants = routine.variant_count;
    row.provenance = provenance(rules.provenance);
    std::vector<int> cell_of_rule;
    for (const Rule& rule : rules.rules) cell_of_rule.push_back(ladder(rule));
    std::vector<bool> chosen(rules.rules.size());
    for (unsigned variant = 0; variant < row.variants; ++variant)
      row.grid[variant] = grid(fill(rules.rules, variant, row.dims, cell_of_rule, chosen));
    // The last rule is required, so it may well be left without a size of its own.
    for (std::size_t i = 0; i + 1 < chosen.size(); ++i)
      if (!chosen[i])
        compiled_.warnings.push_back(
            rules.rules[i].place + ": this cell is never chosen for " + routine.name +
            ": earlier cells cover it, or no half octave has its middle in it");
    rows_.push_back(row);
  }

  static std::string fill(const std::vector<Rule>& rules, unsigned variant, int dims,
                          const std::vector<int>& cell_of_rule, std::vector<bool>& chosen) {
    const int count = bins(dims);
    int index[kMaxDims] = {};
    double sizes[kMaxDims];
    std::string cells;
    do {
      for (int i = 0; i < dims; ++i) sizes[i] = bin_middle(index[i]);
      std::size_t rule = 0;
      while (!matches(rules[rule], variant, sizes, dims)) ++rule;
      chosen[rule] = true;
      cells += static_cast<char>(cell_of_rule[rule]);
    } while (next(index, dims, count));
    return cells;
  }

  /// Counts up with the first dimension outermost; false at the end.
  static bool next(int* index, int dims, int count) {
    for (int i = dims - 1; i >= 0; --i) {
      if (++index[i] < count) return true;
      index[i] = 0;
    }
    return false;
  }

  int ladder(const Rule& rule) {
    const auto same = [&](const Ladder& other) {
      return std::memcmp(&other, &rule.ladder, sizeof other) == 0;
    };
    const auto found = std::find_if(ladders_.begin(), ladders_.end(), same);
    if (found != ladders_.end()) return static_cast<int>(found - ladders_.begin());
    if (ladders_.size() == kMaxLadders)
      throw SourceError(rule.place + ": more than " + std::to_string(kMaxLadders) +
                        " different lists of arms in one table");
    ladders_.push_back(rule.ladder);
    return static_cast<int>(ladders_.size()) - 1;
  }

  std::uint16_t provenance(const std::string& text) {
    const auto found = std::find(provenances_.begin(), provenances_.end(), text);
    if (found == provenances_.end()) {
      if (provenances_.size() == 65535) throw SourceError("more than 65535 provenances");
      provenances_.push_back(text);
      return static_cast<std::uint16_t>(provenances_.size() - 1);
    }
    return static_cast<std::uint16_t>(found - provenances_.begin());
  }

  /// Place of the grid among all grids.
  std::uint32_t grid(std::string cells) {
    const auto [entry, added] =
        grids_.try_emplace(std::move(cells), static_cast<std::uint32_t>(grid_bytes_.size()));
    if (added) grid_bytes_ += entry->first;
    return entry->second;
  }

  static void copy(char (&to)[32], const std::string& from) {
    std::memcpy(to, from.data(), std::min(from.size(), sizeof to - 1));
  }

  void assemble() {
    Header header{};
    std::memcpy(header.magic, kMagic, sizeof kMagic);
    header.version = kVersion;
    copy(header.name, source_.name);
    copy(header.core, source_.core);
    copy(header.openblas_version, source_.openblas_version);
    copy(header.blis_version, source_.blis_version);
    header.cores = source_.cores;
    header.routines = static_cast<std::uint32_t>(rows_.size());
    header.ladders = static_cast<std::uint32_t>(ladders_.size());
    header.provenances = static_cast<std::uint32_t>(provenances_.size());
    header.routine_offset = sizeof header;
    header.ladder_offset =
        header.routine_offset + header.routines * static_cast<std::uint32_t>(sizeof(RoutineRow));
    header.provenance_offset =
        header.ladder_offset + header.ladders * static_cast<std::uint32_t>(sizeof(Ladder));
    std::string strings;
    for (const std::string& text : provenances_) strings += text + '\0';
    const std::uint32_t grid_offset =
        header.provenance_offset + static_cast<std::uint32_t>(strings.size());
    for (RoutineRow& row : rows_)
      for (int variant = 0; variant < row.variants; ++variant) row.grid[variant] += grid_offset;
    header.file_bytes = grid_offset + static_cast<std::uint32_t>(grid_bytes_.size());

    std::string& bytes = compiled_.bytes;
    bytes.assign(sizeof header, '\0');
    bytes.append(reinterpret_cast<const char*>(rows_.data()), rows_.size() * sizeof(RoutineRow));
    bytes.append(reinterpret_cast<const char*>(ladders_.data()), ladders_.size() * sizeof(Ladder));
    bytes += strings + grid_bytes_;
    std::memcpy(bytes.data(), &header, sizeof header);
    header.checksum = checksum_of(bytes.data(), bytes.size());
    std::memcpy(bytes.data() + offsetof(Header, checksum), &header.checksum,
                sizeof header.checksum);
  }

  const TableSource& source_;
  Compiled compiled_;
  std::vector<RoutineRow> rows_;  // sorted, since the source's map is
  std::vector<Ladder> ladders_;
  std::vector<std::string> provenances_;
  std::map<std::string, std::uint32_t> grids_;
  std::string grid_bytes_;
};

}  // namespace

Compiled compile_table(std::string_view toml, const std::string& file) {
  const TableSource source = read_source(toml, file);
  return Writer(source).write();
}

void write_table(const std::string& bytes, const std::filesystem::path& file) {
  std::filesystem::path beside = file;
  beside += ".new-";
  beside += std::to_string(getpid());
  std::error_code ignored;
  try {
    std::ofstream out;
    out.exceptions(std::ios::failbit | std::ios::badbit);
    out.open(beside, std::ios::binary | std::ios::trunc);
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    out.close();
    std::filesystem::rename(beside, file);
  } catch (const std::filesystem::filesystem_error& error) {
    std::filesystem::remove(beside, ignored);
    throw std::runtime_error(file.string() + " cannot be written (" + error.code().message() + ")");
  } catch (const std::ios_base::failure&) {
    const std::string why = std::generic_category().message(errno);
    std::filesystem::remove(beside, ignored);
    throw std::runtime_error(file.string() + " cannot be written (" + why + ")");
  }
}

std::vector<std::string> compile_file(const std::filesystem::path& source,
                                      const std::filesystem::path& target) {
  std::ifstream in(source, std::ios::binary);
  if (!in || std::filesystem::is_directory(source))
    throw std::runtime_error(source.string() + " cannot be read (" +
                             std::generic_category().message(in ? EISDIR : errno) + ")");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  Compiled compiled = compile_table(text, source.string());
  write_table(compiled.bytes, target);
  return std::move(compiled.warnings);
}

}  // namespace switchblas::table
