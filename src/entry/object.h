// SPDX-License-Identifier: BSD-3-Clause
// What an object that callers bind to (libblas.so.3, liblapack.so.3, libswitchblas.so.0) and the
// core know of each other. The object holds stubs and slots; the core fills the slots.
//
// An object and the core that it finds may come from different versions (preloaded and installed
// ones mixed): this struct only ever grows at its end, and numbers of symbols are trusted only
// where `catalogue` is equal.
#pragma once

#include <cstdint>

namespace switchblas::entry {

struct Object {
  const char* catalogue;         ///< kCatalogueId of the core that it was built with
  const char* file;              ///< "libblas.so.3"
  void** slots;                  ///< one per exported symbol; at first each leads to the resolver
  const std::uint16_t* symbols;  ///< slot -> index into catalogue::kSymbols
  const char* names;             ///< the symbols' names one after the other, each ended by a zero
  int count;
  // What the program's scope gives for these names: the caller's own, or ours.
  void* xerbla;
  void* cblas_xerbla;
  void* ilaenv;
  void* ilaenv2stage;
  int* row_major;
  int* called_from_c;
  Object* next;  ///< used by the core
};

extern "C" {
/// Called by each object's constructor, under the loader lock.
__attribute__((visibility("default"))) void switchblas_core_attach(Object* object);
/// Called by the resolver for a slot that has not been filled: loads the backends if that has not
/// been done. If the slot still has no function then, says so and aborts.
__attribute__((visibility("default"))) void switchblas_core_resolve(Object* object, int slot);
/// Called by the constructor of libswitchblas-loader.so, so that the loader lock is held first.
__attribute__((visibility("default"))) void switchblas_core_load();
}

}  // namespace switchblas::entry
