// SPDX-License-Identifier: BSD-3-Clause
#include "entry/attach.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "backend/find.h"
#include "backend/load.h"
#include "base/message.h"
#include "catalogue/id.h"
#include "catalogue/symbols.h"
#include "entry/entries.h"
#include "entry/object.h"
#include "entry/report.h"
#include "entry/routing.h"
#include "entry/start.h"

namespace switchblas::entry {
namespace {

using catalogue::kSymbolCount;
using catalogue::kSymbols;
using catalogue::SymbolKind;

Object* objects = nullptr;
bool published = false;
bool pass_untouched = false;

/// Sorted by name, for objects of another version and for imports of the backends. Made at first
/// use.
std::uint16_t* by_name = nullptr;

int compare_names(const void* a, const void* b) {
  return strcmp(kSymbols[*static_cast<const std::uint16_t*>(a)].name,
                kSymbols[*static_cast<const std::uint16_t*>(b)].name);
}

/// Index into kSymbols, -1 if the catalogue has no such name.
int symbol_named(const char* name) {
  static std::uint16_t sorted[kSymbolCount];
  if (by_name == nullptr) {
    for (int i = 0; i < kSymbolCount; ++i) sorted[i] = static_cast<std::uint16_t>(i);
    qsort(sorted, kSymbolCount, sizeof sorted[0], compare_names);
    by_name = sorted;
  }
  int low = 0;
  int high = kSymbolCount;
  while (low < high) {
    const int middle = (low + high) / 2;
    const int order = strcmp(kSymbols[sorted[middle]].name, name);
    if (order == 0) return sorted[middle];
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return -1;
}

/// What a slot shows once the backends are loaded; nullptr leaves it at the resolver, which then
/// says what is missing.
void* published_function(int symbol) {
  const catalogue::Symbol& one = kSymbols[symbol];
  const bool routed = one.kind == SymbolKind::typed || one.kind == SymbolKind::cblas;
  if (one.kind == SymbolKind::forward || (routed && pass_untouched))
    return backend::find_forwarded(one.name);
  if (routed && !is_served(one.routine)) return nullptr;
  if (one.kind == SymbolKind::api && pass_untouched) {
    if (void* function = backend::find_forwarded(one.name)) return function;
  }
  return entry_of_symbol(symbol);
}

void fill(Object* object) {
  const bool same = strcmp(object->catalogue, catalogue::kCatalogueId) == 0;
  const char* name = object->names;
  for (int slot = 0; slot < object->count; ++slot, name += strlen(name) + 1) {
    const int symbol = same ? object->symbols[slot] : symbol_named(name);
    if (symbol < 0) {
      if (published) {
        if (void* function = backend::find_forwarded(name)) {
          __atomic_store_n(&object->slots[slot], function, __ATOMIC_RELEASE);
        }
      }
      continue;
    }
    // What needs no backend is shown at once, so that it loads none.
    const SymbolKind kind = kSymbols[symbol].kind;
    void* function = published ? published_function(symbol)
                     : kind == SymbolKind::own || kind == SymbolKind::api ? entry_of_symbol(symbol)
                                                                          : nullptr;
    if (function != nullptr) __atomic_store_n(&object->slots[slot], function, __ATOMIC_RELEASE);
  }
}

void* base_of(void* address) {
  Dl_info info;
  return address != nullptr && dladdr(address, &info) != 0 ? info.dli_fbase : nullptr;
}

/// Whether the program has its own function of that name: neither this object's nor another one's
/// of ours.
bool is_override(const Object* object, void* address) {
  Dl_info info;
  if (address == nullptr || dladdr(address, &info) == 0) return false;
  const char* slash = strrchr(info.dli_fname, '/');
  if (strncmp(slash != nullptr ? slash + 1 : info.dli_fname, "libswitchblas", 13) == 0)
    return false;
  if (info.dli_fbase == base_of(object->slots)) return false;
  for (const Object* one = objects; one != nullptr; one = one->next) {
    if (info.dli_fbase == base_of(one->slots)) return false;
  }
  return true;
}

/// The first override that any object finds holds for the process, as it does for a plain
/// libblas.so.3.
void take_handlers(const Object* object) {
  static bool own_xerbla = false;
  static bool own_cblas_xerbla = false;
  if (!own_xerbla && is_override(object, object->xerbla)) {
    handlers.xerbla = reinterpret_cast<decltype(handlers.xerbla)>(object->xerbla);
    own_xerbla = true;
  }
  if (!own_cblas_xerbla && is_override(object, object->cblas_xerbla)) {
    handlers.cblas_xerbla = reinterpret_cast<decltype(handlers.cblas_xerbla)>(object->cblas_xerbla);
    own_cblas_xerbla = true;
  }
  if (handlers.ilaenv == nullptr && is_override(object, object->ilaenv))
    handlers.ilaenv = object->ilaenv;
  if (handlers.ilaenv2stage == nullptr && is_override(object, object->ilaenv2stage)) {
    handlers.ilaenv2stage = object->ilaenv2stage;
  }
  if (handlers.row_major == nullptr) handlers.row_major = object->row_major;
  if (handlers.called_from_c == nullptr) handlers.called_from_c = object->called_from_c;
}

/// What backends call: an object that is attached after they were bound may still bring the
/// caller's own.
void call_xerbla(const char* name, const int* info, unsigned long length) {
  handlers.xerbla(name, info, length);
}

}  // namespace

void publish_all(bool untouched) noexcept {
  pass_untouched = untouched;
  published = true;
  for (Object* object = objects; object != nullptr; object = object->next) fill(object);
}

bool in_global_scope() noexcept {
  void* program = dlopen(nullptr, RTLD_NOW);
  void* base = base_of(program != nullptr ? dlsym(program, "dgemm_") : nullptr);
  for (const Object* object = objects; object != nullptr; object = object->next) {
    if (base != nullptr && base == base_of(object->slots)) return true;
  }
  return false;
}

void* inner_entry_of(const char* name) noexcept {
  if (strcmp(name, "xerbla_") == 0) return reinterpret_cast<void*>(&call_xerbla);
  if (strcmp(name, "ilaenv_") == 0) return handlers.ilaenv;
  if (strcmp(name, "ilaenv2stage_") == 0) return handlers.ilaenv2stage;
  const int symbol = symbol_named(name);
  if (symbol < 0 || kSymbols[symbol].kind != SymbolKind::typed) return nullptr;
  return entry_of_symbol(symbol);
}

void switchblas_core_attach(Object* object) {
  for (const Object* one = objects; one != nullptr; one = one->next) {
    if (one == object) return;
  }
  if (strcmp(object->catalogue, catalogue::kCatalogueId) != 0) {
    base::warn(
        "%s is of another version than libswitchblas-core.so.0: they work together by name; "
        "preload and "
        "install the same version",
        object->file);
  }
  take_handlers(object);
  object->next = objects;
  objects = object;
  fill(object);
}

void switchblas_core_resolve(Object* object, int slot) {
  const char* name = object->names;
  for (int i = 0; i < slot; ++i) name += strlen(name) + 1;
  if (!ensure_loaded()) {
    base::fatal(
        "%s was called by a library that is itself being loaded as a backend: name another one "
        "with "
        "SWITCHBLAS_OPENBLAS or SWITCHBLAS_BLIS",
        name);
  }
  // A slot that still leads into the object that holds it leads back here.
  if (base_of(__atomic_load_n(&object->slots[slot], __ATOMIC_ACQUIRE)) == base_of(object->slots)) {
    base::fatal("no library here has %s: install %s and see `switchblas doctor`", name,
                backend::package_of(backend::Kind::openblas));
  }
}

}  // namespace switchblas::entry
