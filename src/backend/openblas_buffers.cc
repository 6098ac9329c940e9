// SPDX-License-Identifier: BSD-3-Clause
#include "backend/openblas_buffers.h"

#include <stdint.h>
#include <string.h>

#include "backend/elf.h"
#include "backend/in_flight.h"
#include "base/fork_fence.h"

namespace switchblas::backend {
namespace {

void* (*real_alloc)(int) = nullptr;
void (*real_free)(void*) = nullptr;
constinit base::ForkFence allocator;
const InFlight* forking = nullptr;  // names the thread that forks; atomic access

// The address of the thread's buffer; they are aligned to pages, so that a bit is left.
constexpr uintptr_t kInUse = 1;
__thread uintptr_t own_buffer __attribute__((tls_model("initial-exec"))) = 0;

// The teams' buffers, which OpenBLAS keeps and may give back in another thread.
constexpr int kForTeams = 2;

bool forks_here() { return __atomic_load_n(&forking, __ATOMIC_RELAXED) == &in_flight; }

void* alloc(int position) {
  const bool keeps = in_flight.pass == Pass::has_one && position != kForTeams;
  if (keeps && own_buffer != 0 && (own_buffer & kInUse) == 0) {
    own_buffer |= kInUse;
    return reinterpret_cast<void*>(own_buffer & ~kInUse);
  }
  const bool fenced = !forks_here();
  if (fenced) allocator.enter();
  void* buffer = real_alloc(position);
  if (fenced) allocator.leave();
  if (keeps && own_buffer == 0) own_buffer = reinterpret_cast<uintptr_t>(buffer) | kInUse;
  return buffer;
}

void free(void* buffer) {
  if (buffer != nullptr && own_buffer == (reinterpret_cast<uintptr_t>(buffer) | kInUse)) {
    own_buffer &= ~kInUse;
    return;
  }
  const bool fenced = !forks_here();
  if (fenced) allocator.enter();
  real_free(buffer);
  if (fenced) allocator.leave();
}

}  // namespace

void* openblas_buffer_import(void* handle, const char* name) noexcept {
  const bool is_alloc = strcmp(name, "blas_memory_alloc") == 0;
  if (!is_alloc && strcmp(name, "blas_memory_free") != 0) return nullptr;
  real_alloc = reinterpret_cast<void* (*)(int)>(definition_in(handle, "blas_memory_alloc"));
  real_free = reinterpret_cast<void (*)(void*)>(definition_in(handle, "blas_memory_free"));
  if (real_alloc == nullptr || real_free == nullptr) return nullptr;
  return is_alloc ? reinterpret_cast<void*>(&alloc) : reinterpret_cast<void*>(&free);
}

void release_own_buffer() noexcept {
  if (own_buffer == 0 || (own_buffer & kInUse) != 0) return;
  void* buffer = reinterpret_cast<void*>(own_buffer);
  own_buffer = 0;
  free(buffer);
}

void buffers_before_fork() noexcept {
  __atomic_store_n(&forking, &in_flight, __ATOMIC_RELAXED);
  allocator.before_fork();
}

void buffers_after_fork(bool in_child) noexcept {
  __atomic_store_n(&forking, nullptr, __ATOMIC_RELAXED);
  allocator.after_fork(in_child);
}

}  // namespace switchblas::backend
