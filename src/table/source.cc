// SPDX-License-Identifier: BSD-3-Clause
#include "table/source.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>

#include "table/backends.h"
#include "table/flags.h"

#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

namespace switchblas::table {
namespace {

using catalogue::RoutineInfo;
constexpr const char* kOwnMeasures[] = {"size", "least", "most"};
constexpr const char* kProvenances[] = {"measured", "published", "modelled", "emulated"};

template <class List>
std::string joined(const List& words) {
  std::string text;
  for (const auto& word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

std::string quoted(std::string_view word) { return "'" + std::string(word) + "'"; }

std::vector<std::string> dims_of(const RoutineInfo& routine) {
  std::vector<std::string> dims(1);
  for (const char* at = routine.dims; *at != '\0'; ++at) {
    if (*at == ',')
      dims.emplace_back();
    else
      dims.back() += *at;
  }
  return dims;
}

/// Letters to change, add or drop to make one word of the other.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

/// The routine of that name, or all of the family; empty where there is neither.
std::vector<const RoutineInfo*> routines_named(std::string_view name) {
  std::vector<const RoutineInfo*> found;
  for (const RoutineInfo& routine : catalogue::kRoutines)
    if (routine.name == name) return {&routine};
  for (const RoutineInfo& routine : catalogue::kRoutines)
    if (routine.family == name) found.push_back(&routine);
  return found;
}

std::string unknown_routine(std::string_view name) {
  std::string text = quoted(name) + " is neither a routine nor a family";
  std::set<std::string> families;
  std::string nearest;
  std::size_t best = 3;
  for (const RoutineInfo& routine : catalogue::kRoutines) {
    families.insert(routine.family);
    for (const char* word : {routine.name, routine.family}) {
      const std::size_t apart = distance(name, word);
      if (apart < best) {
        best = apart;
        nearest = word;
      }
    }
  }
  if (!nearest.empty()) return text + "; did you mean " + quoted(nearest) + "?";
  return text + "; families are " + joined(families) + ", and routines have a type before that";
}

class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  TableSource read(std::string_view text) {
    const toml::table document = parse(text);
    allow_keys(document, {"table", "score", "routines"}, "at the top of a table file");
    if (const toml::node* score = document.get("score"); score != nullptr && !score->is_table())
      fail(*score, "'score' is a section: [score]");
    read_head(section(document));
    const toml::node* blocks = document.get("routines");
    if (blocks == nullptr) fail(document, "no [[routines]]: a table needs at least one");
    if (!blocks->is_array_of_tables()) fail(*blocks, "routines are written as [[routines]]");
    for (const toml::node& block : *blocks->as_array()) read_block(*block.as_table());
    return std::move(source_);
  }

 private:
  toml::table parse(std::string_view text) const {
    try {
      return toml::parse(text, file_);
    } catch (const toml::parse_error& error) {
      throw SourceError(place(error.source().begin) + ": " + std::string(error.description()));
    }
  }

  std::string place(const toml::source_position& at) const {
    return file_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
  }
  std::string place(const toml::node& node) const { return place(node.source().begin); }

  [[noreturn]] void fail(const toml::node& node, const std::string& what) const {
    throw SourceError(place(node) + ": " + what);
  }
  [[noreturn]] void fail(const toml::key& key, const std::string& what) const {
    throw SourceError(place(key.source().begin) + ": " + what);
  }

  void allow_keys(const toml::table& table, const std::vector<std::string>& allowed,
                  const std::string& where) const {
    for (const auto& [key, value] : table)
      if (std::find(allowed.begin(), allowed.end(), key.str()) == allowed.end())
        fail(key,
             "unknown key " + quoted(key.str()) + " " + where + "; allowed: " + joined(allowed));
  }

  const toml::table& section(const toml::table& document) const {
    const toml::node* head = document.get("table");
    if (head == nullptr) fail(document, "no [table] with the name of the table");
    if (!head->is_table()) fail(*head, "'table' is a section: [table]");
    return *head->as_table();
  }

  std::string text_of(const toml::table& table, const char* key, std::size_t most) const {
    const toml::node* node = table.get(key);
    if (node == nullptr) return "";
    std::optional<std::string> text = node->value_exact<std::string>();
    if (!text) fail(*node, quoted(key) + " is a string");
    if (text->size() > most || text->find('\0') != std::string::npos)
      fail(*node, quoted(key) + " has at most " + std::to_string(most) + " bytes, none of them 0");
    return *std::move(text);
  }

  void read_head(const toml::table& head) {
    allow_keys(head, {"name", "core", "cores", "openblas", "blis"}, "in [table]");
    source_.name = text_of(head, "name", sizeof Header::name - 1);
    if (source_.name.empty()) fail(head, "[table] needs a name");
    source_.core = text_of(head, "core", sizeof Header::core - 1);
    source_.openblas_version = text_of(head, "openblas", sizeof Header::openblas_version - 1);
    source_.blis_version = text_of(head, "blis", sizeof Header::blis_version - 1);
    if (const toml::node* cores = head.get("cores")) {
      const std::optional<std::int64_t> count = cores->value_exact<std::int64_t>();
      if (!count || *count < 0 || *count > 65535)
        fail(*cores, "'cores' is a whole number from 0 (any) to 65535");
      source_.cores = static_cast<std::uint32_t>(*count);
    }
  }

  std::string read_provenance(const toml::table& block) const {
    std::string text = text_of(block, "provenance", 1000);
    const std::string kind = text.substr(0, text.find_first_of(": "));
    if (std::find(std::begin(kProvenances), std::end(kProvenances), kind) != std::end(kProvenances))
      return text;
    const toml::node* node = block.get("provenance");
    fail(node == nullptr ? static_cast<const toml::node&>(block) : *node,
         "'provenance' must begin with one of " + joined(kProvenances) +
             ", then a colon and where the values come from");
  }

  void read_block(const toml::table& block) {
    allow_keys(block, {"names", "provenance", "cells"}, "in [[routines]]");
    const toml::array* names = array_of(block, "names", "routine or family names");
    const std::string provenance = read_provenance(block);
    const toml::array* cells = array_of(block, "cells", "cells, { ..., arms = [...] }");
    for (const toml::node& node : *names) {
      const std::optional<std::string> name = node.value_exact<std::string>();
      if (!name) fail(node, "'names' is a list of strings");
      const std::vector<const RoutineInfo*> routines = routines_named(*name);
      if (routines.empty()) fail(node, unknown_routine(*name));
      for (const RoutineInfo* routine : routines)
        source_.routines[routine->name] = {routine, provenance, read_cells(*cells, *routine)};
    }
  }

  const toml::array* array_of(const toml::table& table, const char* key, const char* what) const {
    const toml::node* node = table.get(key);
    const toml::array* array = node == nullptr ? nullptr : node->as_array();
    if (array == nullptr || array->empty())
      fail(node == nullptr ? static_cast<const toml::node&>(table) : *node,
           quoted(key) + " must be a list of at least one of: " + what);
    return array;
  }

  std::vector<Rule> read_cells(const toml::array& cells, const RoutineInfo& routine) const {
    std::vector<Rule> rules;
    for (const toml::node& node : cells) {
      const toml::table* cell = node.as_table();
      if (cell == nullptr) fail(node, "a cell is written as { ..., arms = [...] }");
      const bool last = &node == &cells.back();
      const bool open = cell->size() == 1 && cell->contains("arms");
      if (open && !last) fail(node, "a cell without bounds matches all: it must be the last one");
      if (!open && last)
        fail(node,
             "the last cell must have no bounds (only arms), so that every size has an answer");
      rules.push_back(read_cell(*cell, routine));
    }
    return rules;
  }

  Rule read_cell(const toml::table& cell, const RoutineInfo& routine) const {
    Rule rule;
    rule.place = place(cell);
    for (const auto& [key, value] : cell) {
      if (key.str() == "arms") continue;
      const int measure = measure_named(key.str(), routine);
      if (measure >= 0)
        rule.bounds[measure] = read_bounds(value, key);
      else
        read_flag(rule, key, value, routine);
    }
    rule.ladder = read_arms(*array_of(cell, "arms", "\"BACKEND*THREADS\""));
    return rule;
  }

  static int measure_named(std::string_view name, const RoutineInfo& routine) {
    const std::vector<std::string> dims = dims_of(routine);
    for (std::size_t i = 0; i < dims.size(); ++i)
      if (dims[i] == name) return static_cast<int>(i);
    for (int i = 0; i < kMeasures - kSize; ++i)
      if (kOwnMeasures[i] == name) return kSize + i;
    return -1;
  }

  Bounds read_bounds(const toml::node& value, const toml::key& key) const {
    const toml::array* pair = value.as_array();
    if (pair == nullptr || pair->empty() || pair->size() > 2)
      fail(value, "bounds on " + quoted(key.str()) +
                      " are [lower, upper], or [lower] where there is no end");
    Bounds bounds;
    double* ends[] = {&bounds.lower, &bounds.upper};
    for (std::size_t i = 0; i < pair->size(); ++i) {
      const toml::node& end = *pair->get(i);
      const std::optional<double> number = end.is_number() ? end.value<double>() : std::nullopt;
      if (!number || std::isnan(*number) || *number < 0)
        fail(end, "a bound is a number from 0 to inf");
      *ends[i] = *number;
    }
    if (!(bounds.lower < bounds.upper))
      fail(value, "the lower bound on " + quoted(key.str()) + " must be below the upper one");
    return bounds;
  }

  void read_flag(Rule& rule, const toml::key& key, const toml::node& value,
                 const RoutineInfo& routine) const {
    Flag all[kMaxFlags];
    const int count = flags_of(routine, all);
    std::vector<std::string> allowed = dims_of(routine);
    allowed.insert(allowed.end(), std::begin(kOwnMeasures), std::end(kOwnMeasures));
    unsigned bit = routine.variant_count;
    for (int i = 0; i < count; ++i) {
      if (!all[i].variant) continue;
      bit /= 2;
      allowed.emplace_back(all[i].name, all[i].length);
      if (!is_named(all[i], key.str().data(), key.str().size())) continue;
      const std::optional<std::string> letter = value.value_exact<std::string>();
      const int set = letter && letter->size() == 1 ? flag_bit(all[i], (*letter)[0]) : -1;
      if (set < 0)
        fail(value, quoted(key.str()) + " is one letter of " + quoted(flag_letters(all[i])));
      rule.flag_mask |= bit;
      if (set == 1) rule.flags |= bit;
      return;
    }
    allowed.emplace_back("arms");
    fail(key, "unknown key " + quoted(key.str()) + " in a cell of " + routine.name +
                  "; allowed: " + joined(allowed));
  }

  Ladder read_arms(const toml::array& arms) const {
    if (arms.size() > kMaxSteps)
      fail(arms, "a cell has at most " + std::to_string(kMaxSteps) + " arms");
    Ladder ladder{};
    for (const toml::node& node : arms) {
      const std::optional<std::string> text = node.value_exact<std::string>();
      if (!text) fail(node, "'arms' is a list of strings");
      Step& step = ladder.steps[ladder.count];
      try {
        step = parse_arm(*text);
      } catch (const std::invalid_argument& error) {
        fail(node, error.what());
      }
      if (ladder.count == 0 && step.min_cap != 1)
        fail(node, "the first arm must hold from a cap of 1: \"openblas*1\", or another with @1");
      if (ladder.count > 0 && step.min_cap <= ladder.steps[ladder.count - 1].min_cap)
        fail(node, "arms must stand in rising order of the cap that they hold from, here " +
                       std::to_string(step.min_cap) + " after " +
                       std::to_string(ladder.steps[ladder.count - 1].min_cap));
      ++ladder.count;
    }
    return ladder;
  }

  std::string file_;
  TableSource source_;
};

std::optional<std::uint16_t> number_of(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) return std::nullopt;
  return number;
}

}  // namespace

Step parse_arm(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    throw std::invalid_argument("arm " + quoted(text) + ": " + why +
                                "; an arm is BACKEND*THREADS or BACKEND*THREADS@MIN_CAP");
  };
  Step step{};
  const std::size_t star = text.find('*');
  if (star == std::string_view::npos) refuse("no '*'");
  const std::string_view backend = text.substr(0, star);
  const auto* name = std::find(std::begin(kBackendNames), std::end(kBackendNames), backend);
  if (name == std::end(kBackendNames))
    refuse("unknown backend " + quoted(backend) + ", allowed: " + joined(kBackendNames));
  step.backend = static_cast<std::uint8_t>(name - std::begin(kBackendNames));
  const std::size_t at = std::min(text.find('@'), text.size());
  if (at < star) refuse("'@' before '*'");
  const std::string_view threads = text.substr(star + 1, at - star - 1);
  if (threads == "all") {
    step.min_cap = 2;
  } else {
    const std::optional<std::uint16_t> number = number_of(threads);
    if (!number) refuse("the threads are a number from 1 to 65535, or 'all'");
    step.threads = step.min_cap = *number;
  }
  if (at < text.size()) {
    const std::optional<std::uint16_t> number = number_of(text.substr(at + 1));
    if (!number) refuse("the least cap is a number from 1 to 65535");
    step.min_cap = *number;
  }
  return step;
}

TableSource read_source(std::string_view toml, const std::string& file) {
  return Reader(file).read(toml);
}

}  // namespace switchblas::table
