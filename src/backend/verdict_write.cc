// SPDX-License-Identifier: BSD-3-Clause
// Writing of verdicts: for the command, with the C++ library.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "backend/verdict.h"

namespace switchblas::backend {
namespace {

// Whether a line is one that readers take, and is not the verdict that is written now. By value:
// parsing cuts the line up.
bool stays(std::string line, const char* library_path, const char* cpu_id) {
  if (line.find('\0') != std::string::npos) return false;
  VerdictLine fields;
  if (!parse_verdict(line.data(), fields)) return false;
  return strcmp(fields.path, library_path) != 0 || strcmp(fields.cpu, cpu_id) != 0;
}

// What the file says now, without this subject and without lines that no reader would take.
std::string other_lines(const char* file, const char* library_path, const char* cpu_id) {
  std::string kept;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (stays(line, library_path, cpu_id)) kept += line + '\n';
  }
  return kept;
}

bool write_whole(int file, const std::string& text) {
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t count = write(file, text.data() + done, text.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    done += static_cast<std::size_t>(count);
  }
  return fsync(file) == 0;
}

// A new file beside the old one, then renamed over it: readers see the one or the other.
bool replace_file(const char* file, const std::string& text) {
  std::string temporary = std::string(file) + ".XXXXXX";
  const int opened = mkostemp(temporary.data(), O_CLOEXEC);
  if (opened < 0) return false;
  bool done = write_whole(opened, text) && fchmod(opened, 0644) == 0;
  int failure = errno;
  if (close(opened) != 0 && done) {
    failure = errno;
    done = false;
  }
  if (done && rename(temporary.c_str(), file) == 0) return true;
  if (done) failure = errno;
  unlink(temporary.c_str());
  errno = failure;
  return false;
}

}  // namespace

bool write_verdict_file(const char* file, const char* library_path, const machine::Cpu& cpu,
                        const char* core) {
  long long size = 0;
  long long mtime_ns = 0;
  if (!valid_core_name(core) || library_path[0] != '/' || strchr(library_path, '\n') != nullptr) {
    errno = EINVAL;
    return false;
  }
  if (!library_stamp(library_path, size, mtime_ns)) return false;
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(file).parent_path(), error);
  if (error) {
    errno = error.value();
    return false;
  }
  char id[96];
  machine::cpu_id(cpu, id, sizeof id);
  std::string text = other_lines(file, library_path, id);
  text += std::string(library_path) + ' ' + std::to_string(size) + ' ' + std::to_string(mtime_ns) +
          ' ' + id + ' ' + core + '\n';
  return replace_file(file, text);
}

}  // namespace switchblas::backend
