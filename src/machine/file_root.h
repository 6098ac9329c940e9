// SPDX-License-Identifier: BSD-3-Clause
// Where /proc and /sys are read from: the machine itself, or a directory that stands for another
// machine (tests, and the command's --root). Owns nothing: the prefix must outlive it.
// Thread-safety: immutable; reading has no state. No allocation.
#pragma once

#include <cstddef>

namespace switchblas::machine {

class FileRoot {
 public:
  constexpr FileRoot() = default;
  /// Paths are looked up below `prefix`; "" is the machine itself.
  constexpr explicit FileRoot(const char* prefix) : prefix_(prefix) {}

  /// False where another machine is stood for: then nothing may be asked of this one.
  bool is_this_machine() const noexcept { return prefix_[0] == '\0'; }

  /// Reads at most size - 1 bytes of `path` (which begins with '/') and ends them with a zero.
  /// Returns the number of bytes, or -1 when the file cannot be read.
  long read_file(const char* path, char* buffer, std::size_t size) const noexcept;

  /// The same for a file of one number in the C notation ("12", "0x410fd0c0").
  bool read_number(const char* path, unsigned long long& number) const noexcept;

 private:
  const char* prefix_ = "";
};

}  // namespace switchblas::machine
