// SPDX-License-Identifier: BSD-3-Clause
// A directory of files that stands for another machine: made for one test and removed after it.
// Thread-safety: one test, one thread.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "machine/file_root.h"

namespace switchblas::machine {

class TemporaryTree {
 public:
  TemporaryTree() : path_((std::filesystem::temp_directory_path() / "tree-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) abort();
  }
  ~TemporaryTree() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryTree(const TemporaryTree&) = delete;
  TemporaryTree& operator=(const TemporaryTree&) = delete;

  void write(const std::string& file, const std::string& text) {
    const std::filesystem::path full = path_ + file;
    std::filesystem::create_directories(full.parent_path());
    std::ofstream(full) << text;
  }
  const std::string& path() const { return path_; }
  FileRoot root() const { return FileRoot(path_.c_str()); }

 private:
  std::string path_;
};

}  // namespace switchblas::machine
