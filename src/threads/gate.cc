// SPDX-License-Identifier: BSD-3-Clause
#include "threads/gate.h"

#include <pthread.h>

#include "backend/blis.h"
#include "backend/openblas.h"
#include "backend/openblas_buffers.h"
#include "backend/openblas_limits.h"
#include "table/find.h"
#include "threads/caps.h"
#include "threads/clock.h"
#include "threads/crowd.h"

namespace switchblas::backend {

__thread InFlight in_flight;

}  // namespace switchblas::backend

namespace switchblas::threads {

bool asks_us[backend::kKinds];

namespace {

using backend::in_flight;
using backend::InFlight;
using backend::Kind;

constinit backend::OpenMp openmp;
int max_threads[backend::kKinds];
bool waits_for_gate = false;  // atomic access

pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
// Names the thread that took the gate for a fork. A handler may run without the one before the fork
// having run, where they were registered in between.
const InFlight* forking = nullptr;

// Where threads call at once, one call on several threads is slowed down by the others and slows
// them: once the gate has been found busy, all calls run on one thread for a while.
constexpr std::uint32_t kCrowdedMs = 20;
std::uint32_t crowded_until = 0;  // atomic access; 0: never yet

bool is_crowded() {
  const std::uint32_t until = __atomic_load_n(&crowded_until, __ATOMIC_RELAXED);
  return until != 0 && is_before(now_in_ms(), until);
}

bool take_gate() {
  if (reproducible()) return pthread_mutex_lock(&gate) == 0;
  if (is_crowded()) return false;
  if (pthread_mutex_trylock(&gate) == 0) return true;
  __atomic_store_n(&crowded_until, now_in_ms() + kCrowdedMs, __ATOMIC_RELAXED);
  return false;
}

/// A thread that is cancelled, or leaves a call by an exception and ends, gives back what it had.
void thread_ends(void*) {
  if (in_flight.frame != nullptr) put_back();
}
pthread_key_t gate_key;
bool has_gate_key = false;

/// The stack grows down: a call that comes from within the one in flight has the lower frame.
bool is_inner(const void* frame) {
  if (in_flight.frame == nullptr) return false;
  if (frame < in_flight.frame) return true;
  put_back();
  return false;
}

void fork_prepare() {
  // A threaded call of another thread would lose its buffers to OpenBLAS's own handler: wait for
  // its end. A thread that dies in a call gives the gate back (thread_ends).
  if (!in_flight.gate) {
    pthread_mutex_lock(&gate);
    __atomic_store_n(&forking, &in_flight, __ATOMIC_RELAXED);
  }
  backend::blis_before_fork();
  backend::buffers_before_fork();
}

bool release_for_fork() {
  if (__atomic_load_n(&forking, __ATOMIC_RELAXED) != &in_flight) return false;
  __atomic_store_n(&forking, nullptr, __ATOMIC_RELAXED);
  pthread_mutex_unlock(&gate);
  return true;
}

void fork_parent() {
  backend::buffers_after_fork(false);
  backend::blis_after_fork(false);
  release_for_fork();
}

void fork_child() {
  backend::buffers_after_fork(true);
  backend::blis_after_fork(true);
  if (!release_for_fork() && !in_flight.gate) gate = PTHREAD_MUTEX_INITIALIZER;
  leave_crowd_in_child();
  enter_forked_child();
}

bool needs_permit(const table::Step& step) {
  return static_cast<Kind>(step.backend) == Kind::openblas && !has_pass();
}

}  // namespace

void start_gate(const backend::Backends& backends) noexcept {
  openmp = backends.omp;
  has_gate_key = pthread_key_create(&gate_key, thread_ends) == 0;
  for (int kind = 0; kind < backend::kKinds; ++kind) {
    const backend::Library& library = backends.library[kind];
    max_threads[kind] = library.handle != nullptr && library.threaded ? library.max_threads : 1;
  }
  const backend::Library& openblas = backends.of(Kind::openblas);
  start_crowd(openblas,
              openblas.max_threads < highest_cap() ? openblas.max_threads : highest_cap());
}

void start_counts(const backend::Backends& backends) noexcept {
  asks_us[static_cast<int>(Kind::blis)] = backends.has(Kind::blis);
  asks_us[static_cast<int>(Kind::openblas)] =
      backends.has(Kind::openblas) && !backend::openblas_has_flag() &&
      backend::openblas_asks_us(backends.of(Kind::openblas).handle);
}

void put_back() noexcept {
  const InFlight record = in_flight;
  in_flight = InFlight{};
  in_flight.pass = record.pass;
  if (record.icv != 0) openmp.set_num_threads(record.icv);
  if (record.gate && record.backend == Kind::openblas) backend::openblas_after_threads();
  if (record.gate) pthread_mutex_unlock(&gate);
  if (record.permit) give_permit_back();
}

Admission enter(const table::Ladder& ladder, const void* frame) noexcept {
  if (is_inner(frame)) return {in_flight.backend, Changed::nothing};
  // Most ladders that come here are one thread at every cap: then the cap need not be asked for.
  const bool one_thread = ladder.count == 1 && ladder.steps[0].threads == 1;
  const int most = one_thread ? 1 : cap();
  const table::Step* step = &table::step_for(ladder, most);
  const int library_most = max_threads[static_cast<int>(step->backend)];
  const int allowed = most < library_most ? most : library_most;
  int n = table::threads_of(*step, allowed);
  InFlight record{};
  record.frame = frame;
  // A permit is waited for with nothing in hand.
  if (needs_permit(*step)) record.permit = take_permit();
  if (n > 1) {
    record.gate = take_gate();
    if (record.gate && has_gate_key) pthread_setspecific(gate_key, &gate);
    if (!record.gate) {
      n = 1;
      step = &table::step_for(ladder, 1);
      if (!record.permit && needs_permit(*step)) record.permit = take_permit();
    }
  }
  // Which size a thread had before must not change results.
  if (n > 1) n = team_for(n, allowed, !reproducible());
  record.threads = n;
  record.backend = static_cast<Kind>(step->backend);
  if (record.backend == Kind::openblas)
    n > 1 ? backend::openblas_before_threads(n) : backend::openblas_clear_flag();
  if (record.backend == Kind::openblas && (n > 1 || !asks_us[step->backend])) {
    const int icv = openmp.get_max_threads();
    // OpenBLAS 0.3.21 writes the ICV itself: put back even where nothing is to be set.
    if (icv != n || n > 1) record.icv = icv;
    if (icv != n) openmp.set_num_threads(n);
  }
  record.pass = in_flight.pass;
  in_flight = record;
  return {record.backend, Changed::all};
}

void set_reproducible(bool on) noexcept { __atomic_store_n(&waits_for_gate, on, __ATOMIC_RELAXED); }

bool reproducible() noexcept { return __atomic_load_n(&waits_for_gate, __ATOMIC_RELAXED); }

void register_fork_handlers() noexcept { pthread_atfork(fork_prepare, fork_parent, fork_child); }

}  // namespace switchblas::threads
