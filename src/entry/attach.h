// SPDX-License-Identifier: BSD-3-Clause
// The objects that are attached to the core, and what their slots and the backends' imports show.
// Changed under the loader lock only.
#pragma once

namespace switchblas::entry {

/// Fills the slots of all objects, and of those that are attached later. `untouched`
/// (SWITCHBLAS_DISABLE): with the backends' own functions.
void publish_all(bool untouched) noexcept;

/// Whether BLAS calls of everybody in the process come to us (preloaded, or linked first), not only
/// those of the libraries that NEED us.
bool in_global_scope() noexcept;

/// What a backend's import of `name` is bound to: our typed entry, or the caller's own xerbla_,
/// ilaenv_; nullptr: the backend's own definition.
void* inner_entry_of(const char* name) noexcept;

}  // namespace switchblas::entry
