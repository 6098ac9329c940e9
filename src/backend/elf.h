// SPDX-License-Identifier: BSD-3-Clause
// Binding: which function an import of a loaded library reaches. The imports (JUMP_SLOT and
// GLOB_DAT relocations) of x86-64 and arm64 ELF objects are read and redirected in place, read-only
// after relocation or not. Used once per library, while it is loaded and before anybody calls it.
#pragma once

#include <cstddef>

namespace switchblas::backend {

/// Decides for one import: `name` is bound to `current`; the result is bound instead (nullptr:
/// leave it).
using Rebind = void* (*)(void* context, const char* name, void* current);

struct BindResult {
  int seen;     ///< imports that have a name
  int changed;  ///< imports that were redirected
  bool failed;  ///< a page could not be made writable: nothing more was changed
};

/// Asks `rebind` for every imported function or object of the library behind `handle` (from dlopen
/// with RTLD_NOW). Full-RELRO pages are made writable for the moment and read-only again.
BindResult bind_imports(void* handle, Rebind rebind, void* context) noexcept;

/// What the library's own import of `name` is bound to, or nullptr where it imports no such name.
void* import_of(void* handle, const char* name) noexcept;

/// The library's own definition of `name`: dlsym, kept only if dladdr says that it lies in this
/// library.
void* definition_in(void* handle, const char* name) noexcept;

/// Path of the file behind a handle, "" if unknown.
const char* path_of(void* handle) noexcept;

}  // namespace switchblas::backend
