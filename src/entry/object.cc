// SPDX-License-Identifier: BSD-3-Clause
// The C++ part of libblas.so.3, liblapack.so.3 and libswitchblas.so.0: compiled once for each of
// them.
#include "entry/object.h"

#include "catalogue/id.h"

// NOLINTBEGIN(readability-identifier-naming): the names are BLAS's and stub.S's.
// Defined by stub.S, in the order of the slots.
extern "C" {
extern void* switchblas_slots[] __attribute__((visibility("hidden")));
extern const std::uint16_t switchblas_symbols[] __attribute__((visibility("hidden")));
extern const char switchblas_names[] __attribute__((visibility("hidden")));
extern const int switchblas_count __attribute__((visibility("hidden")));

// Through the GOT: a program may have its own, and testers take the variables by COPY relocation.
#define FROM_SCOPE __attribute__((weak, visibility("default")))
FROM_SCOPE void xerbla_(const char*, const int*, unsigned long);
FROM_SCOPE void cblas_xerbla(int, const char*, const char*, ...);
FROM_SCOPE int ilaenv_(const int*, const char*, const char*, const int*, const int*, const int*,
                       const int*, unsigned long, unsigned long);
FROM_SCOPE int ilaenv2stage_(const int*, const char*, const char*, const int*, const int*,
                             const int*, const int*, unsigned long, unsigned long);
#if SWITCHBLAS_OBJECT_HAS_CBLAS
__attribute__((visibility("default"))) int RowMajorStrg = 0;
__attribute__((visibility("default"))) int CBLAS_CallFromC = 0;
#else
FROM_SCOPE extern int RowMajorStrg;
FROM_SCOPE extern int CBLAS_CallFromC;
#endif
}

// NOLINTEND(readability-identifier-naming)

namespace switchblas::entry {
namespace {

constinit Object object{};

__attribute__((constructor)) void attach() {
  object.catalogue = catalogue::kCatalogueId;
  object.file = SWITCHBLAS_OBJECT_FILE;
  object.slots = switchblas_slots;
  object.symbols = switchblas_symbols;
  object.names = switchblas_names;
  object.count = switchblas_count;
  object.xerbla = reinterpret_cast<void*>(&xerbla_);
  object.cblas_xerbla = reinterpret_cast<void*>(&cblas_xerbla);
  object.ilaenv = reinterpret_cast<void*>(&ilaenv_);
  object.ilaenv2stage = reinterpret_cast<void*>(&ilaenv2stage_);
  object.row_major = &RowMajorStrg;
  object.called_from_c = &CBLAS_CallFromC;
  switchblas_core_attach(&object);
}

}  // namespace
}  // namespace switchblas::entry

/// Where stub.S goes for a slot that has not been filled.
extern "C" __attribute__((visibility("hidden"))) void switchblas_first_call(int slot) {
  using switchblas::entry::object;
  // A constructor that ran before ours may have brought us here.
  if (object.slots == nullptr) switchblas::entry::attach();
  switchblas::entry::switchblas_core_resolve(&object, slot);
}
