// SPDX-License-Identifier: BSD-3-Clause
// The character arguments of a routine and the variant of its cells that they make. Reads the
// catalogue's text form ("side*,uplo,transa*,diag"); for load time and the command, not for calls.
// Pure functions, no allocation, safe from any thread.
#pragma once

#include <cstddef>
#include <cstring>

#include "catalogue/routines.h"

namespace switchblas::table {

/// One CHARACTER*1 argument of a routine.
struct Flag {
  const char* name;  // not terminated
  std::size_t length;
  bool variant;  // one bit of the variant number
};
inline constexpr int kMaxFlags = 8;

/// Writes the flags of the routine in the order of its arguments; returns how many there are.
inline int flags_of(const catalogue::RoutineInfo& routine, Flag (&flags)[kMaxFlags]) noexcept {
  int count = 0;
  for (const char* at = routine.chars; *at != '\0' && count < kMaxFlags;) {
    const std::size_t length = std::strcspn(at, ",");
    const bool star = length > 0 && at[length - 1] == '*';
    flags[count++] = {at, length - (star ? 1 : 0), star};
    at += length;
    if (*at == ',') ++at;
  }
  return count;
}

inline bool is_named(const Flag& flag, const char* name, std::size_t length) noexcept {
  return flag.length == length && std::memcmp(flag.name, name, length) == 0;
}

/// The letters that the flag takes, those of bit 0 first: "NTC" (one letter of bit 0, then the
/// others).
inline const char* flag_letters(const Flag& flag) noexcept {
  if (is_named(flag, "side", 4)) return "LR";
  if (is_named(flag, "uplo", 4)) return "UL";
  if (is_named(flag, "diag", 4)) return "NU";
  return "NTC";
}

/// The bit of a letter (either case), or -1 where the flag does not take it.
inline int flag_bit(const Flag& flag, char letter) noexcept {
  const char upper = letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
  const char* letters = flag_letters(flag);
  const char* found = upper == '\0' ? nullptr : std::strchr(letters, upper);
  return found == nullptr ? -1 : found == letters ? 0 : 1;
}

/// Variant of the routine for its flags, one letter per CHARACTER*1 argument in order ("LUNN");
/// "" stands for the first letter of each. -1 where a letter is not allowed or the count is wrong.
inline int variant_of(const catalogue::RoutineInfo& routine, const char* letters) noexcept {
  Flag flags[kMaxFlags];
  const int count = flags_of(routine, flags);
  if (*letters == '\0') return 0;
  if (std::strlen(letters) != static_cast<std::size_t>(count)) return -1;
  int variant = 0;
  for (int i = 0; i < count; ++i) {
    const int bit = flag_bit(flags[i], letters[i]);
    if (bit < 0) return -1;
    if (flags[i].variant) variant = 2 * variant + bit;
  }
  return variant;
}

}  // namespace switchblas::table
