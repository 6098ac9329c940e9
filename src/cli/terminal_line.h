// SPDX-License-Identifier: BSD-3-Clause
// One line on a terminal that is written over, for progress; nothing where stderr is no terminal.
#pragma once

#include <unistd.h>

#include <cstdio>
#include <string>

namespace switchblas::cli {

class TerminalLine {
 public:
  TerminalLine() : shown_(isatty(STDERR_FILENO) == 1) {}
  ~TerminalLine() { clear(); }
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;

  bool shown() const { return shown_; }
  void say(const std::string& text) const {
    if (shown_) std::fprintf(stderr, "\r\033[K%s", text.c_str());
  }
  void clear() const { say(""); }

 private:
  bool shown_;
};

}  // namespace switchblas::cli
