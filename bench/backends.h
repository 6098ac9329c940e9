// SPDX-License-Identifier: BSD-3-Clause
// The backends as a benchmark loads them: by absolute path, each with the kernels that it is told
// to use, and the ways to execute a call on them (arms). Not thread-safe: one thread loads and
// measures.
#pragma once

#include <string>
#include <vector>

namespace switchblas::bench {

using Function = void (*)();

struct Setup {
  std::string openblas;       // file; "" = the distribution's OpenMP flavour
  std::string blis;           // likewise
  std::string reference;      // a BLAS; "none" = not measured
  std::string openblas_core;  // "auto" = the widest that this CPU can execute, "" = its own choice
  std::string blis_config;    // likewise, by BLIS's own name
  int threads = 0;            // of the "all" arms; 0 = the CPUs that this process may use
};

/// "/usr/lib/x86_64-linux-gnu/" + file, for the architecture that this was built for.
std::string distribution_file(const std::string& file);
int usable_cpus();

class Backends {
 public:
  /// Loads everything. Throws std::runtime_error that names the file and the reason.
  explicit Backends(const Setup& setup);

  enum class Library { openblas, blis, reference };
  struct Arm {
    std::string name;  // "openblas*1"
    Library library;
    int threads;
  };
  const std::vector<Arm>& arms() const { return arms_; }
  /// Null where the arm's library does not have the name.
  Function find(const Arm& arm, const std::string& symbol) const;
  /// Makes the next calls run on the arm's number of threads.
  void select(const Arm& arm) const;
  int threads() const { return threads_; }
  /// "OpenBLAS 0.3.21 SkylakeX, BLIS 0.9.0 skx"
  std::string describe() const;

 private:
  void load_openblas(const Setup& setup);
  void load_blis(const Setup& setup);

  void* openblas_ = nullptr;
  void* blis_ = nullptr;
  void* reference_ = nullptr;
  void (*set_omp_)(int) = nullptr;
  void (*set_blis_)(long) = nullptr;
  int threads_ = 1;
  std::vector<Arm> arms_;
};

}  // namespace switchblas::bench
