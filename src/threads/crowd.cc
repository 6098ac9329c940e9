// SPDX-License-Identifier: BSD-3-Clause
#include "threads/crowd.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>

#include "backend/openblas_buffers.h"

namespace switchblas::threads {

namespace {

using backend::in_flight;
using backend::Pass;

constexpr int kSpare = 4;  // buffers that OpenBLAS may hold beside those of callers and teams

pthread_key_t key;
bool started = false;
int passes = 0;   // atomic access
int permits = 0;  // at the start
sem_t free_permits;

void thread_ends(void*) {
  in_flight.pass = Pass::unknown;
  backend::release_own_buffer();
  __atomic_add_fetch(&passes, 1, __ATOMIC_RELAXED);
}

bool take_pass() {
  int left = __atomic_load_n(&passes, __ATOMIC_RELAXED);
  while (left > 0) {
    if (__atomic_compare_exchange_n(&passes, &left, left - 1, true, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED))
      return true;
  }
  return false;
}

}  // namespace

void start_crowd(const backend::Library& openblas, int highest_cap) noexcept {
  if (openblas.handle == nullptr || pthread_key_create(&key, thread_ends) != 0) return;
  // NUM_BUFFERS is twice the most threads of the build (common.h); a team holds one for each of its
  // threads.
  int buffers = 2 * openblas.max_threads - highest_cap - kSpare;
  if (buffers < 4) buffers = 4;
  permits = buffers / 4;
  passes = buffers - permits;
  sem_init(&free_permits, 0, static_cast<unsigned>(permits));
  started = true;
}

bool take_permit() noexcept {
  if (!started) return false;
  if (in_flight.pass == Pass::unknown) {
    // Any value but nullptr makes the destructor run when the thread ends.
    const bool passed = take_pass() && pthread_setspecific(key, &started) == 0;
    in_flight.pass = passed ? Pass::has_one : Pass::needs_permit;
  }
  if (in_flight.pass == Pass::has_one) return false;
  while (sem_wait(&free_permits) != 0 && errno == EINTR) {
  }
  return true;
}

void give_permit_back() noexcept { sem_post(&free_permits); }

void leave_crowd_in_child() noexcept {
  if (started) sem_init(&free_permits, 0, static_cast<unsigned>(permits));
}

}  // namespace switchblas::threads
