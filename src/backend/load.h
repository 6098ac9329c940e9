// SPDX-License-Identifier: BSD-3-Clause
// Loads the backends, once per process, in the thread that makes the first call and under the
// loader lock (entry/start.cc), with the kernels that suit this CPU, and binds what they import.
// Constant after.
#pragma once

#include "backend/library.h"
#include "backend/openmp.h"
#include "base/options.h"
#include "machine/cpu.h"

namespace switchblas::backend {

/// The inner entry that imports of `name` are bound to, or nullptr: the library's own definition.
using InnerEntry = void* (*)(const char* name);

struct LoadRequest {
  const base::Options* options;
  const machine::Cpu* cpu;
  int cores;    ///< of the machine: OpenBLAS must not sample a smaller maximum while it is loaded
  bool secure;  ///< AT_SECURE: no user files
  const char*
      own_blas;  ///< path of our libblas.so.3, which the reference LAPACK needs by that name
  bool in_global_scope;  ///< what the program calls comes to us, also what another library defines
                         ///< as well
  InnerEntry inner_entry;
};

struct Backends {
  Library library[kKinds];
  OpenMp omp;
  bool automatic = false;  ///< the tables choose; no backend was asked for, or it is not to be had

  const Library& of(Kind kind) const { return library[static_cast<int>(kind)]; }
  bool has(Kind kind) const { return of(kind).handle != nullptr; }
};

/// Loads what the options ask for, and says what is missing and what to install, once per library.
const Backends& load_backends(const LoadRequest& request) noexcept;
/// Binds what the backends import: to inner entries, and everything else to their own definitions.
/// After the state that inner entries read is complete, for other threads may already be in a
/// library that the program had before us.
void bind_backends() noexcept;
/// What load_backends found.
const Backends& backends() noexcept;

/// The definition of an exported name in the backends, in the order in which they serve names that
/// are not routed; nullptr if none has it.
void* find_forwarded(const char* name) noexcept;

/// The kind that serves what no table row names; Kind::openblas where it is loaded and nothing else
/// was asked for.
Kind default_kind() noexcept;

}  // namespace switchblas::backend
