// SPDX-License-Identifier: BSD-3-Clause
#include "table/form.h"

#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "catalogue/symbols.h"
#include "table/flags.h"

namespace switchblas::table {

int find_routine(const char* name) noexcept {
  for (int i = 0; i < catalogue::kRoutineCount; ++i) {
    if (strcasecmp(catalogue::kRoutines[i].name, name) == 0) return i;
  }
  return -1;
}

bool is_passed_on(const char* name) noexcept {
  const std::size_t length = strlen(name);
  for (const catalogue::Symbol& symbol : catalogue::kSymbols) {
    if (strncasecmp(symbol.name, name, length) != 0) continue;
    const char* rest = symbol.name + length;
    if (strcmp(rest, "") == 0 || strcmp(rest, "_") == 0) return true;
  }
  return false;
}

void no_routine_message(const char* name, char* buffer, std::size_t size) noexcept {
  base::Text text(buffer, size);
  if (is_passed_on(name)) {
    text.add(
        "%s is not routed: it goes straight to the default library, and the routed routines that "
        "it calls are routed one by one",
        name);
  } else {
    text.add("%s is no BLAS or LAPACK routine that is known here", name);
  }
}

void form_of(const catalogue::RoutineInfo& routine, char* buffer, std::size_t size) noexcept {
  base::Text text(buffer, size);
  text.add("%s", routine.name);
  Flag flags[kMaxFlags];
  const int count = flags_of(routine, flags);
  for (int i = 0; i < count; ++i) {
    text.add(" ");
    for (std::size_t c = 0; c < flags[i].length; ++c) {
      const char letter = flags[i].name[c];
      text.add("%c", letter >= 'a' && letter <= 'z' ? letter - 32 : letter);
    }
    const char* letters = flag_letters(flags[i]);
    for (const char* at = letters; *at != '\0'; ++at)
      text.add("%c%c", at == letters ? '(' : '|', *at);
    text.add(")");
  }
  text.add(" ");
  for (const char* at = routine.dims; *at != '\0'; ++at) text.add("%c", *at == ',' ? ' ' : *at);
}

}  // namespace switchblas::table
