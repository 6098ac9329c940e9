// SPDX-License-Identifier: BSD-3-Clause
// The kept verdict on a library's kernels: the command executes each candidate in a child process,
// checks its numbers, and writes down the best one that is right for this CPU and library file; the
// in-process library only reads it. One line of text per library file:
//   <path> <size> <mtime_ns> <cpu-id> <core-or-config>
// A line holds while the file's size and time and the CPU are the same.
// Thread-safety: readers need no lock, as writing replaces the file in one step.
#pragma once

#include <cstddef>

#include "machine/cpu.h"

namespace switchblas::backend {

inline constexpr std::size_t kMaxVerdict = 32;  ///< longest name of a core, zero included
inline constexpr const char* kSystemVerdicts = "/var/cache/switchblas/kernels";

/// The user's file: $XDG_CACHE_HOME/switchblas/kernels, else ~/.cache/switchblas/kernels. False
/// where neither variable is an absolute path.
bool user_verdicts(char* path, std::size_t size) noexcept;

/// The verdict on `library_path`, the user's before the system's. False where there is none, or in
/// a secure (AT_SECURE) process. libc only; lines that make no sense are passed over.
bool read_verdict(const char* library_path, const machine::Cpu& cpu, char* core,
                  std::size_t size) noexcept;

/// The same from one file. It must belong to root or to the user, and be writable by no one else.
bool read_verdict_file(const char* file, const char* library_path, const machine::Cpu& cpu,
                       char* core, std::size_t size) noexcept;

/// Writes or replaces the verdict on `library_path` (verdict_write.cc: the command only). Makes the
/// folders; other lines stay, those of other CPUs too, as home folders are shared by machines.
/// False, with errno set, where it cannot be written or `core` is no name.
bool write_verdict_file(const char* file, const char* library_path, const machine::Cpu& cpu,
                        const char* core);

/// One line's fields, as parse_verdict() finds them: `path` and the others point into the line.
struct VerdictLine {
  const char* path;
  long long size;
  long long mtime_ns;
  const char* cpu;
  const char* core;
};

/// Takes a line without its newline apart, putting zeros between its fields. Fields are split from
/// the right: a path may have spaces.
bool parse_verdict(char* line, VerdictLine& fields) noexcept;

/// Letters, digits, '_' and '-', and short enough.
bool valid_core_name(const char* core) noexcept;

/// Size and time of modification of the file that `path` leads to.
bool library_stamp(const char* path, long long& size, long long& mtime_ns) noexcept;

}  // namespace switchblas::backend
