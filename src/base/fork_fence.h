// SPDX-License-Identifier: BSD-3-Clause
// Keeps a fork out of stretches of code whose middle no child could go on from: a lock that is
// held, a library that is half loaded. Not a lock: any number of threads may be inside at once, and
// a fork that has waited long enough goes on, for a child that may be in trouble is better than a
// program that hangs. Usable from any thread, with no allocation; constant-initialised.
#pragma once

#include <time.h>

namespace switchblas::base {

inline void nap(long microseconds) noexcept {
  const timespec time{0, microseconds * 1000};
  nanosleep(&time, nullptr);
}

class ForkFence {
 public:
  /// Waits while a fork is on its way.
  void enter() noexcept {
    for (;;) {
      __atomic_add_fetch(&inside_, 1, __ATOMIC_SEQ_CST);
      if (__atomic_load_n(&forks_, __ATOMIC_SEQ_CST) == 0) return;
      __atomic_sub_fetch(&inside_, 1, __ATOMIC_SEQ_CST);
      nap(kNap);
    }
  }
  void leave() noexcept { __atomic_sub_fetch(&inside_, 1, __ATOMIC_SEQ_CST); }

  /// Before fork(): lets nobody enter and waits until all have left or `patience` (called with the
  /// milliseconds that have gone by) says that it has been long enough.
  template <class Patience>
  void before_fork(Patience patience) noexcept {
    __atomic_add_fetch(&forks_, 1, __ATOMIC_SEQ_CST);
    for (long waited = 0; __atomic_load_n(&inside_, __ATOMIC_SEQ_CST) != 0; waited += kNap) {
      if (!patience(waited / 1000)) return;
      nap(kNap);
    }
  }
  /// The same for stretches that take microseconds.
  void before_fork() noexcept {
    before_fork([](long waited_ms) { return waited_ms < 1000; });
  }
  /// After it; also where before_fork was not called, since the handlers were registered while the
  /// fork was on its way. The child is alone.
  void after_fork(bool in_child) noexcept {
    if (in_child) {
      __atomic_store_n(&inside_, 0, __ATOMIC_SEQ_CST);
      __atomic_store_n(&forks_, 0, __ATOMIC_SEQ_CST);
      return;
    }
    int forks = __atomic_load_n(&forks_, __ATOMIC_SEQ_CST);
    while (forks > 0 && !__atomic_compare_exchange_n(&forks_, &forks, forks - 1, false,
                                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
    }
  }

 private:
  static constexpr long kNap = 200;  // microseconds
  int inside_ = 0;
  int forks_ = 0;
};

}  // namespace switchblas::base
