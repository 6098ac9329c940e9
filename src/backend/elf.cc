// SPDX-License-Identifier: BSD-3-Clause
#include "backend/elf.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

namespace switchblas::backend {
namespace {

#if defined(__x86_64__)
constexpr unsigned kJumpSlot = R_X86_64_JUMP_SLOT;
constexpr unsigned kGlobDat = R_X86_64_GLOB_DAT;
#elif defined(__aarch64__)
constexpr unsigned kJumpSlot = R_AARCH64_JUMP_SLOT;
constexpr unsigned kGlobDat = R_AARCH64_GLOB_DAT;
#else
#error "binding is written for x86-64 and arm64"
#endif

struct Dynamic {
  ElfW(Addr) base;
  const char* strings;
  const ElfW(Sym) * symbols;
  const ElfW(Rela) * plt;
  std::size_t plt_count;
  const ElfW(Rela) * rela;
  std::size_t rela_count;
};

link_map* map_of(void* handle) {
  link_map* map = nullptr;
  return dlinfo(handle, RTLD_DI_LINKMAP, &map) == 0 ? map : nullptr;
}

/// glibc rewrites the addresses of the dynamic section in place, other loaders do not.
ElfW(Addr) absolute(const link_map* map, ElfW(Addr) value) {
  return value < map->l_addr ? value + map->l_addr : value;
}

bool read_dynamic(void* handle, Dynamic* out) {
  const link_map* map = map_of(handle);
  if (map == nullptr || map->l_ld == nullptr) return false;
  *out = Dynamic{};
  out->base = map->l_addr;
  for (const ElfW(Dyn)* d = map->l_ld; d->d_tag != DT_NULL; ++d) {
    const ElfW(Addr) at = absolute(map, d->d_un.d_ptr);
    switch (d->d_tag) {
      case DT_STRTAB:
        out->strings = reinterpret_cast<const char*>(at);
        break;
      case DT_SYMTAB:
        out->symbols = reinterpret_cast<const ElfW(Sym)*>(at);
        break;
      case DT_JMPREL:
        out->plt = reinterpret_cast<const ElfW(Rela)*>(at);
        break;
      case DT_PLTRELSZ:
        out->plt_count = d->d_un.d_val / sizeof(ElfW(Rela));
        break;
      case DT_RELA:
        out->rela = reinterpret_cast<const ElfW(Rela)*>(at);
        break;
      case DT_RELASZ:
        out->rela_count = d->d_un.d_val / sizeof(ElfW(Rela));
        break;
      default:
        break;
    }
  }
  return out->strings != nullptr && out->symbols != nullptr;
}

struct Relro {
  ElfW(Addr) base;
  ElfW(Addr) begin;
  ElfW(Addr) end;
};

int find_relro(dl_phdr_info* info, std::size_t, void* data) {
  Relro* relro = static_cast<Relro*>(data);
  if (info->dlpi_addr != relro->base) return 0;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_GNU_RELRO) continue;
    relro->begin = info->dlpi_addr + header.p_vaddr;
    relro->end = relro->begin + header.p_memsz;
  }
  return 1;
}

/// The addresses that a library is mapped at. The last answer is kept, for one library is asked
/// about at a time.
struct Extent {
  ElfW(Addr) begin;
  ElfW(Addr) end;
};

struct ExtentSearch {
  const link_map* map;
  Extent found;
};

int find_extent(dl_phdr_info* info, std::size_t, void* data) {
  ExtentSearch* search = static_cast<ExtentSearch*>(data);
  if (info->dlpi_addr != search->map->l_addr || strcmp(info->dlpi_name, search->map->l_name) != 0)
    return 0;
  search->found.begin = ~ElfW(Addr){0};
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD) continue;
    const ElfW(Addr) begin = info->dlpi_addr + header.p_vaddr;
    if (begin < search->found.begin) search->found.begin = begin;
    if (begin + header.p_memsz > search->found.end) search->found.end = begin + header.p_memsz;
  }
  return 1;
}

Extent extent_of(void* handle) {
  static void* last_handle = nullptr;  // used under the loader lock only
  static Extent last{};
  if (handle != last_handle) {
    ExtentSearch search{map_of(handle), {0, 0}};
    if (search.map != nullptr) dl_iterate_phdr(find_extent, &search);
    last = search.found;
    last_handle = handle;
  }
  return last;
}

bool protect(ElfW(Addr) begin, ElfW(Addr) end, int rights) {
  const ElfW(Addr) page = static_cast<ElfW(Addr)>(sysconf(_SC_PAGESIZE));
  begin &= ~(page - 1);
  end &= ~(page - 1);  // the loader protects whole pages only; the rest stays writable
  if (end <= begin) return true;
  return mprotect(reinterpret_cast<void*>(begin), end - begin, rights) == 0;
}

struct Visitor {
  Rebind rebind;
  void* context;
  BindResult result;
};

void visit(const Dynamic& d, const ElfW(Rela) * relocations, std::size_t count, Visitor* v) {
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned type = static_cast<unsigned>(ELF64_R_TYPE(relocations[i].r_info));
    if (type != kJumpSlot && type != kGlobDat) continue;
    const ElfW(Sym)& symbol = d.symbols[ELF64_R_SYM(relocations[i].r_info)];
    const char* name = d.strings + symbol.st_name;
    if (*name == '\0') continue;
    ++v->result.seen;
    void** slot = reinterpret_cast<void**>(d.base + relocations[i].r_offset);
    void* wanted = v->rebind(v->context, name, *slot);
    if (wanted == nullptr || wanted == *slot) continue;
    __atomic_store_n(slot, wanted, __ATOMIC_RELEASE);
    ++v->result.changed;
  }
}

struct Search {
  const char* name;
  void* found;
};

void* look_at(void* context, const char* name, void* current) {
  Search* search = static_cast<Search*>(context);
  if (search->found == nullptr && strcmp(name, search->name) == 0) search->found = current;
  return nullptr;
}

}  // namespace

BindResult bind_imports(void* handle, Rebind rebind, void* context) noexcept {
  Visitor visitor{rebind, context, {0, 0, false}};
  Dynamic dynamic;
  if (!read_dynamic(handle, &dynamic)) {
    visitor.result.failed = true;
    return visitor.result;
  }
  Relro relro{dynamic.base, 0, 0};
  dl_iterate_phdr(find_relro, &relro);
  if (!protect(relro.begin, relro.end, PROT_READ | PROT_WRITE)) {
    visitor.result.failed = true;
    return visitor.result;
  }
  visit(dynamic, dynamic.plt, dynamic.plt_count, &visitor);
  visit(dynamic, dynamic.rela, dynamic.rela_count, &visitor);
  protect(relro.begin, relro.end, PROT_READ);
  return visitor.result;
}

void* import_of(void* handle, const char* name) noexcept {
  Search search{name, nullptr};
  Visitor visitor{look_at, &search, {0, 0, false}};
  Dynamic dynamic;
  if (!read_dynamic(handle, &dynamic)) return nullptr;
  visit(dynamic, dynamic.plt, dynamic.plt_count, &visitor);
  visit(dynamic, dynamic.rela, dynamic.rela_count, &visitor);
  return search.found;
}

void* definition_in(void* handle, const char* name) noexcept {
  void* address = dlsym(handle, name);
  if (address == nullptr) return nullptr;
  // dladdr would search the symbols of the library for each of its thousands of imports.
  const Extent extent = extent_of(handle);
  const ElfW(Addr) at = reinterpret_cast<ElfW(Addr)>(address);
  return extent.begin <= at && at < extent.end ? address : nullptr;
}

const char* path_of(void* handle) noexcept {
  const link_map* map = map_of(handle);
  return map != nullptr && map->l_name != nullptr ? map->l_name : "";
}

}  // namespace switchblas::backend
