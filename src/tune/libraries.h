// SPDX-License-Identifier: BSD-3-Clause
// OpenBLAS and BLIS as the tuner's worker loads them: by path, each with the kernels that the
// library would choose for it, and the thread count of the next calls. Not thread-safe: one thread
// loads and measures.
#pragma once

#include <string>

#include "backend/kind.h"

namespace switchblas::tune {

using Function = void (*)();

struct LibraryChoice {
  std::string path;    // "" = done without
  std::string kernel;  // OPENBLAS_CORETYPE or BLIS sub-configuration; "" = the library's own choice
};

class Libraries {
 public:
  /// Loads what has a path. Throws std::runtime_error that names the file and the reason.
  Libraries(const LibraryChoice& openblas, const LibraryChoice& blis);

  /// Null where the library does not have the name, or is not loaded.
  Function find(backend::Kind kind, const std::string& symbol) const;
  /// Makes the next calls run on that many threads.
  void select(backend::Kind kind, int threads) const;
  bool has(backend::Kind kind) const { return handle(kind) != nullptr; }
  std::string version(backend::Kind kind) const;
  std::string kernel(backend::Kind kind) const;

 private:
  void* handle(backend::Kind kind) const;
  void load_openblas(const LibraryChoice& choice);
  void load_blis(const LibraryChoice& choice);

  void* openblas_ = nullptr;
  void* blis_ = nullptr;
  void (*set_omp_)(int) = nullptr;
  void (*set_blis_)(long) = nullptr;
};

}  // namespace switchblas::tune
