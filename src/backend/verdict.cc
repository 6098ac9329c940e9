// SPDX-License-Identifier: BSD-3-Clause
#include "backend/verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

namespace switchblas::backend {
namespace {

constexpr std::size_t kMaxLine = PATH_MAX + 256;

bool parse_number(const char* text, long long& number) {
  if (*text < '0' || *text > '9') return false;
  char* end = nullptr;
  errno = 0;
  number = strtoll(text, &end, 10);
  return errno == 0 && *end == '\0';
}

// Cuts the last field off `line`; nullptr where there is none or it is empty.
char* cut_last_field(char* line) {
  char* space = strrchr(line, ' ');
  if (space == nullptr || space[1] == '\0') return nullptr;
  *space = '\0';
  return space + 1;
}

// Who could write the file decides which kernels run: in a shared or inherited home folder that
// must not be somebody else.
bool trusted(int file) {
  struct stat info;
  if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) return false;
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) return false;
  return info.st_uid == 0 || info.st_uid == geteuid();
}

// Lines of a file through a buffer of fixed size; a line that is longer is passed over.
class Lines {
 public:
  explicit Lines(int file) : file_(file) {}

  char* next() {
    bool too_long = false;
    for (;;) {
      char* newline = static_cast<char*>(memchr(buffer_ + start_, '\n', end_ - start_));
      if (newline != nullptr) {
        *newline = '\0';
        char* line = buffer_ + start_;
        start_ = static_cast<std::size_t>(newline - buffer_) + 1;
        // A zero inside would hide the rest of the line.
        if (!too_long && strlen(line) == static_cast<std::size_t>(newline - line)) return line;
        too_long = false;
        continue;
      }
      memmove(buffer_, buffer_ + start_, end_ - start_);
      end_ -= start_;
      start_ = 0;
      if (end_ == sizeof buffer_) {
        too_long = true;
        end_ = 0;
      }
      const ssize_t count = read(file_, buffer_ + end_, sizeof buffer_ - end_);
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return nullptr;
      end_ += static_cast<std::size_t>(count);
    }
  }

 private:
  int file_;
  std::size_t start_ = 0;
  std::size_t end_ = 0;
  char buffer_[kMaxLine];
};

}  // namespace

bool valid_core_name(const char* core) noexcept {
  const std::size_t length = strlen(core);
  if (length == 0 || length >= kMaxVerdict) return false;
  for (const char* at = core; *at != '\0'; ++at) {
    const bool letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');
    const bool digit = *at >= '0' && *at <= '9';
    if (!letter && !digit && *at != '_' && *at != '-') return false;
  }
  return true;
}

bool library_stamp(const char* path, long long& size, long long& mtime_ns) noexcept {
  struct stat info;
  if (path == nullptr || stat(path, &info) != 0) return false;
  size = info.st_size;
  mtime_ns = info.st_mtim.tv_sec * 1000000000LL + info.st_mtim.tv_nsec;
  return true;
}

bool parse_verdict(char* line, VerdictLine& fields) noexcept {
  const char* core = cut_last_field(line);
  const char* cpu = core != nullptr ? cut_last_field(line) : nullptr;
  const char* mtime = cpu != nullptr ? cut_last_field(line) : nullptr;
  const char* size = mtime != nullptr ? cut_last_field(line) : nullptr;
  if (size == nullptr || line[0] != '/' || !valid_core_name(core)) return false;
  fields.path = line;
  fields.cpu = cpu;
  fields.core = core;
  return parse_number(size, fields.size) && parse_number(mtime, fields.mtime_ns);
}

bool read_verdict_file(const char* file, const char* library_path, const machine::Cpu& cpu,
                       char* core, std::size_t size) noexcept {
  // Not blocking: in the place of the file there may be a pipe.
  const int opened = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (opened < 0) return false;
  long long library_size = 0;
  long long library_mtime = 0;
  bool found = false;
  if (trusted(opened) && library_stamp(library_path, library_size, library_mtime)) {
    char id[96];
    machine::cpu_id(cpu, id, sizeof id);
    Lines lines(opened);
    while (char* line = lines.next()) {
      VerdictLine fields;
      if (!parse_verdict(line, fields)) continue;
      if (strcmp(fields.path, library_path) != 0 || strcmp(fields.cpu, id) != 0) continue;
      if (fields.size != library_size || fields.mtime_ns != library_mtime) continue;
      if (strlen(fields.core) >= size) continue;
      strcpy(core, fields.core);
      found = true;
    }
  }
  close(opened);
  return found;
}

bool user_verdicts(char* path, std::size_t size) noexcept {
  const char* cache = getenv("XDG_CACHE_HOME");
  const char* folder = "";
  if (cache == nullptr || cache[0] != '/') {
    cache = getenv("HOME");
    folder = "/.cache";
  }
  if (cache == nullptr || cache[0] != '/') return false;
  const int length = snprintf(path, size, "%s%s/switchblas/kernels", cache, folder);
  return length > 0 && static_cast<std::size_t>(length) < size;
}

bool read_verdict(const char* library_path, const machine::Cpu& cpu, char* core,
                  std::size_t size) noexcept {
  if (getauxval(AT_SECURE) != 0) return false;
  char path[PATH_MAX];
  if (user_verdicts(path, sizeof path) && read_verdict_file(path, library_path, cpu, core, size)) {
    return true;
  }
  return read_verdict_file(kSystemVerdicts, library_path, cpu, core, size);
}

}  // namespace switchblas::backend
