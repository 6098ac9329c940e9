// SPDX-License-Identifier: BSD-3-Clause
#include "threads/gate.h"

#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <time.h>

#include "backend/blis.h"
#include "backend/openblas_limits.h"
#include "table/find.h"
#include "threads/caps.h"
#include "threads/crowd.h"

namespace switchblas::threads {
namespace {

using backend::Kind;

constinit backend::OpenMp openmp;
int max_threads[backend::kKinds];

/// What the call in flight of this thread has changed; frame is nullptr where there is none.
struct InFlight {
  const void* frame;
  int icv;  // to be put back; 0: it was not changed
  bool gate;
  bool permit;
  Kind backend;
};
__thread InFlight in_flight __attribute__((tls_model("initial-exec")));

// The address of its record names a thread; 0: the gate is free.
uintptr_t gate_owner = 0;

uintptr_t self() { return reinterpret_cast<uintptr_t>(&in_flight); }

bool try_take_gate() {
  uintptr_t nobody = 0;
  return __atomic_compare_exchange_n(&gate_owner, &nobody, self(), false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED);
}

void release_gate() { __atomic_store_n(&gate_owner, uintptr_t{0}, __ATOMIC_RELEASE); }

void put_back() {
  const InFlight record = in_flight;
  in_flight.frame = nullptr;
  if (record.backend == Kind::blis) backend::blis_threads = 0;
  if (record.icv != 0) openmp.set_num_threads(record.icv);
  if (record.gate && record.backend == Kind::openblas) backend::openblas_after_threads();
  if (record.gate) release_gate();
  if (record.permit) give_permit_back();
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
  while (gate_owner != self() && !try_take_gate()) {
    const timespec nap{0, 1000000};
    nanosleep(&nap, nullptr);
  }
  backend::blis_before_fork();
}

void fork_parent() {
  backend::blis_after_fork(false);
  // The record outlives its call: the gate is in use only where its frame is.
  const bool in_use = in_flight.frame != nullptr && in_flight.gate;
  if (gate_owner == self() && !in_use) release_gate();
}

void fork_child() {
  backend::blis_after_fork(true);
  release_gate();
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

Admission enter(const table::Ladder& ladder, const void* frame) noexcept {
  if (is_inner(frame)) return {in_flight.backend, true};
  // Most ladders that come here are one thread at every cap: then the cap need not be asked for.
  const bool one_thread = ladder.count == 1 && ladder.steps[0].threads == 1;
  const int most = one_thread ? 1 : cap();
  const table::Step* step = &table::step_for(ladder, most);
  int n = step->threads != 0 && step->threads < most ? step->threads : most;
  if (n > max_threads[static_cast<int>(step->backend)])
    n = max_threads[static_cast<int>(step->backend)];
  InFlight record{frame, 0, false, false, Kind::openblas};
  // A permit is waited for with nothing in hand.
  if (needs_permit(*step)) record.permit = take_permit();
  if (n > 1) {
    record.gate = try_take_gate();
    if (record.gate && has_gate_key) pthread_setspecific(gate_key, &gate_owner);
    if (!record.gate) {
      n = 1;
      step = &table::step_for(ladder, 1);
      if (!record.permit && needs_permit(*step)) record.permit = take_permit();
    }
  }
  if (n > 1) n = team_with_room(n);
  record.backend = static_cast<Kind>(step->backend);
  if (record.backend == Kind::blis) {
    backend::blis_threads = n;
  } else if (record.backend == Kind::openblas) {
    n > 1 ? backend::openblas_before_threads(n) : backend::openblas_clear_flag();
    const int icv = openmp.get_max_threads();
    if (icv != n) {
      record.icv = icv;
      openmp.set_num_threads(n);
    } else if (n > 1) {
      record.icv = icv;  // 0.3.21 writes the ICV itself
    }
  }
  in_flight = record;
  return {record.backend, false};
}

void leave(const Admission& admission) noexcept {
  if (!admission.inner) put_back();
}

void register_fork_handlers() noexcept { pthread_atfork(fork_prepare, fork_parent, fork_child); }

}  // namespace switchblas::threads
