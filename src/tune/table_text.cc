// SPDX-License-Identifier: BSD-3-Clause
#include "tune/table_text.h"

#include <cmath>
#include <cstdio>
#include <sstream>

namespace switchblas::tune {
namespace {

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') result += '\\';
    if (static_cast<unsigned char>(c) >= ' ') result += c;
  }
  return result + "\"";
}

std::string bound(double value) {
  return std::isinf(value) ? "inf" : std::to_string(std::lround(value));
}

std::string cell_text(const Cell& cell, const std::vector<Arm>& arms) {
  std::ostringstream out;
  out << "  { ";
  for (const auto& [name, letter] : cell.flags) out << name << " = \"" << letter << "\", ";
  for (const Cell::Range& range : cell.ranges) {
    out << range.measure << " = [" << bound(range.lower) << ", " << bound(range.upper) << "], ";
  }
  const auto name = [&](int arm) { return quoted(arms[static_cast<std::size_t>(arm)].name); };
  out << "arms = [" << name(cell.ladder.one);
  if (cell.ladder.many != cell.ladder.one) out << ", " << name(cell.ladder.many);
  out << "] },\n";
  return out.str();
}

}  // namespace

std::string table_text(const TableText& table, const std::vector<Arm>& arms, const Score& score) {
  std::ostringstream out;
  out << "# Written by switchblas tune. The next run goes on from the samples beside this file "
         "and\n"
         "# replaces it.\n"
      << "[table]\nname = " << quoted(table.name) << "\ncore = " << quoted(table.core)
      << "\ncores = " << table.cores << "\nopenblas = " << quoted(table.openblas)
      << "\nblis = " << quoted(table.blis) << "\n";
  if (score.shapes > 0) {
    out << "\n# On shapes that the table was not made from.\n[score]\n";
    for (const auto& [name, value] : values_of(score)) {
      char text[64];
      std::snprintf(text, sizeof text, name == "shapes" ? "%.0f" : "%.4f", value);
      out << name << " = " << text << "\n";
    }
    out << "regret_worst_shape = " << quoted(score.worst_shape) << "\n"
        << "slower_than_openblas_worst_shape = " << quoted(score.worst_loss_shape) << "\n";
  }
  for (const auto& [routine, cells] : table.routines) {
    out << "\n[[routines]]\nnames = [" << quoted(routine)
        << "]\nprovenance = " << quoted(table.provenance) << "\ncells = [\n";
    for (const Cell& cell : cells) out << cell_text(cell, arms);
    out << "]\n";
  }
  return out.str();
}

}  // namespace switchblas::tune
