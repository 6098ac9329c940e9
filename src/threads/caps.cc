// SPDX-License-Identifier: BSD-3-Clause
#include "threads/caps.h"

#include <stdio.h>
#include <stdlib.h>

#include <cstdint>
#include <initializer_list>

#include "backend/openblas_limits.h"
#include "threads/clock.h"
#include "threads/headroom.h"
#include "threads/teams.h"

namespace switchblas::threads {
namespace {

constinit backend::OpenMp openmp;
constinit machine::FileRoot machine_root;
int fixed_limit = 1;
char fixed_why[96] = "no backend is loaded";
int program_limit = 0;  // atomic access
bool forked = false;

// libgomp's answer where OMP_THREAD_LIMIT is not set is the largest int.
constexpr int kNoThreadLimit = 0x7fffffff;
constexpr int kMostThreads = 65535;

/// What a thread knows; small, for static thread-local storage is scarce.
struct OfThread {
  std::uint16_t limit;           // 0: none
  std::uint16_t affinity_tick;   // when the mask was looked at; 0: never
  std::uint16_t affinity_cores;  // in it
  Team team;                     // libgomp's pool for it
};
__thread OfThread of_thread __attribute__((tls_model("initial-exec")));

int smaller(int a, int b) { return a < b ? a : b; }

void limit_by(int n, const char* format, const char* name) {
  if (n <= 0 || n >= fixed_limit) return;
  fixed_limit = n;
  snprintf(fixed_why, sizeof fixed_why, format, name, n);
}

// The affinity mask. The last one of any thread and its cores are kept together, since most
// threads have the same one: a hash above, the count in the low bits. Atomic access.
constexpr int kCountBits = 16;
std::uint64_t known_mask = 0;
bool mask_counts = false;
int cores_when_loaded = 1;

machine::CoreMap core_map;
enum MapState : int { kNotRead, kReading, kRead };
int core_map_state = kNotRead;  // atomic access

std::uint64_t hash_of(const machine::CpuSet& mask) {
  std::uint64_t hash = 0;
  for (const std::uint64_t word : mask.words) hash = (hash ^ word) * 0x9e3779b97f4a7c15U + 1;
  return hash >> kCountBits << kCountBits;
}

/// Reads the map at the first mask that differs from the one at the start: few processes have one.
int cores_in(const machine::CpuSet& mask) {
  int state = kNotRead;
  if (__atomic_compare_exchange_n(&core_map_state, &state, int{kReading}, false, __ATOMIC_ACQUIRE,
                                  __ATOMIC_ACQUIRE)) {
    machine::read_core_map(machine_root, core_map);
    __atomic_store_n(&core_map_state, int{kRead}, __ATOMIC_RELEASE);
    state = kRead;
  }
  const int cores = state == kRead ? machine::physical_cores(core_map, mask) : mask.count();
  return cores > 1 ? cores : 1;
}

int look_at_mask() {
  machine::CpuSet mask;
  if (!machine::affinity_mask(mask)) return cores_when_loaded;
  const std::uint64_t hash = hash_of(mask);
  const std::uint64_t known = __atomic_load_n(&known_mask, __ATOMIC_RELAXED);
  if (known >> kCountBits << kCountBits == hash)
    return static_cast<int>(known & ((1U << kCountBits) - 1));
  const int cores = cores_in(mask);
  __atomic_store_n(&known_mask, hash | static_cast<std::uint64_t>(cores), __ATOMIC_RELAXED);
  return cores;
}

int affinity_cores() {
  if (!mask_counts) return cores_when_loaded;
  const auto tick = static_cast<std::uint16_t>((now_in_ms() / 16) % 65535 + 1);
  if (of_thread.affinity_tick != tick) {
    of_thread.affinity_cores = static_cast<std::uint16_t>(look_at_mask());
    of_thread.affinity_tick = tick;
  }
  return of_thread.affinity_cores;
}

// Where there was no room for a team: nobody grows until then. Under the gate.
std::uint32_t short_until_ms = 0;
bool was_short = false;

/// Why no call of this thread may have threads now; nullptr: it may.
const char* why_one() {
  if (forked) return "a forked child: the OpenMP runtime's threads are the parent's";
  if (!openmp.usable()) return "no OpenMP runtime";
  if (openmp.in_parallel() != 0) return "inside a parallel region";
  if (openmp.get_dynamic != nullptr && openmp.get_dynamic() != 0)
    return "OMP_DYNAMIC: a team may come out smaller than was asked for";
  // The limit counts the threads of all pools, the program's own too: a team may come out smaller
  // than was asked for, which hangs OpenBLAS and aborts BLIS.
  if (openmp.get_thread_limit != nullptr && openmp.get_thread_limit() < kNoThreadLimit)
    return "OMP_THREAD_LIMIT: a team may come out smaller than was asked for";
  return nullptr;
}

}  // namespace

void start_caps(const backend::Backends& backends, const base::Options& options,
                const machine::FileRoot& root, const machine::Cores& cores) noexcept {
  openmp = backends.omp;
  machine_root = root;
  fixed_limit = kMostThreads;
  was_short = false;
  limit_by(cores.online, "%s%d cores", "");
  // Counted for the mask of the loading thread: others may come to have a wider one.
  cores_when_loaded = smaller(cores.affinity, cores.physical);
  if (cores.affinity == cores.online) limit_by(cores.physical, "%s%d physical cores", "");
  if (cores.quota > 0 && cores.quota < fixed_limit)
    limit_by(cores.quota, "cgroup %s", machine::cpu_quota(root).limit);
  for (const char* name : {"OPENBLAS_NUM_THREADS", "GOTO_NUM_THREADS", "BLIS_NUM_THREADS"}) {
    const char* text = getenv(name);
    // Anything but a positive number is left to the library that it is meant for.
    limit_by(text != nullptr ? atoi(text) : 0, "%s=%d", name);
  }
  limit_by(options.num_threads, "%s=%d", "SWITCHBLAS_NUM_THREADS");
  // OMP_PROC_BIND has pinned this thread to one place, which says nothing of the cores that a team
  // may use; the runtime has counted those, once.
  const bool bound = openmp.get_proc_bind != nullptr && openmp.get_num_procs != nullptr &&
                     openmp.get_proc_bind() != 0;
  mask_counts = root.is_this_machine() && !bound;
  machine::CpuSet mask;
  if (mask_counts && machine::affinity_mask(mask))
    known_mask = hash_of(mask) | static_cast<std::uint64_t>(cores_when_loaded);
  backend::start_openblas_limits(backends.of(backend::Kind::openblas));
}

int cap() noexcept {
  if (forked || !openmp.usable()) return 1;
  int n = smaller(openmp.get_max_threads(), fixed_limit);
  if (const int program = limit()) n = smaller(n, program);
  if (of_thread.limit != 0) n = smaller(n, of_thread.limit);
  if (n <= 1 || why_one() != nullptr) return 1;
  if (const int set = backend::openblas_limit()) n = smaller(n, set);
  return smaller(n, affinity_cores());
}

int team_for(int wanted, int most, bool keeps_size) noexcept {
  const int team = of_thread.team.size > 1 ? of_thread.team.size : 1;
  int n = keeps_size ? team_size(wanted, most, &of_thread.team) : wanted;
  if (n > team) {
    constexpr std::uint32_t kRetryMs = 1000;
    const bool still_short = was_short && is_before(now_in_ms(), short_until_ms);
    const int room = still_short ? 0 : thread_room(machine_root, n - team);
    was_short = room < n - team;
    if (was_short && !still_short) short_until_ms = now_in_ms() + kRetryMs;
    if (was_short) n = team + room;
  }
  of_thread.team.size = static_cast<unsigned short>(n > 1 ? n : team);
  return n;
}

int explain_cap(char* why, std::size_t size) noexcept {
  struct Limit {
    int n;
    const char* why;
  };
  const char* one = why_one();
  // The first one of equals is told: OpenMP's own count follows the machine's.
  const Limit limits[] = {
      {one != nullptr ? 1 : 0, one},
      {affinity_cores(), "the affinity mask"},
      {limit(),
       "openblas_set_num_threads, bli_thread_set_num_threads or "
       "switchblas_set_num_threads"},
      {of_thread.limit, "the limit of this thread"},
      {backend::openblas_limit(), "openblas_set_num_threads of the library itself"},
      {openmp.usable() ? openmp.get_max_threads() : 0, "OMP_NUM_THREADS or omp_set_num_threads"},
  };
  int n = fixed_limit;
  const char* text = fixed_why;
  for (const Limit& candidate : limits) {
    if (candidate.n <= 0 || candidate.n >= n) continue;
    n = candidate.n;
    text = candidate.why;
  }
  const int team = of_thread.team.size > 1 ? of_thread.team.size : 1;
  if (n > team) {
    const int room = team + thread_room(machine_root, n - team);
    if (room < n) text = "room for threads: RLIMIT_NPROC, pids.max or memory";
    n = smaller(n, room);
  }
  snprintf(why, size, "%s", text);
  return n;
}

int highest_cap() noexcept { return fixed_limit; }

void set_limit(int threads) noexcept {
  __atomic_store_n(&program_limit, threads > 0 ? threads : 0, __ATOMIC_RELAXED);
}

int limit() noexcept { return __atomic_load_n(&program_limit, __ATOMIC_RELAXED); }

void set_thread_limit(int threads) noexcept {
  of_thread.limit = static_cast<std::uint16_t>(threads > 0 ? smaller(threads, kMostThreads) : 0);
}

int thread_limit() noexcept { return of_thread.limit; }

void enter_forked_child() noexcept {
  forked = true;
  backend::openblas_in_child();
}

}  // namespace switchblas::threads
