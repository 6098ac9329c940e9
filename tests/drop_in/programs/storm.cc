// SPDX-License-Identifier: BSD-3-Clause
// Threads, parallel regions, thread counts that change and forks, all at once; every result is
// compared with what trusted libraries gave a single thread, and no call may change what
// omp_get_max_threads() says. A watchdog names the calls that hang.
//
// storm tell FILE [NAME=NUMBER...] writes the expected results; it runs on the trusted libraries.
// storm run FILE [NAME=NUMBER...]  makes the calls. Names, the same for both: seed, jobs, largest
// (rows); for run alone: threads, seconds, regions (calls inside `omp parallel`), counts
// (omp_set_num_threads at random), forks, patience (seconds that a call may take). After the storm
// a large call must bring as many threads as before.
#include <omp.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "probe.h"
#include "storm_jobs.h"

namespace {

using storm::Job;
using storm::Random;
using storm::WorkSpace;

struct Settings {
  int seed = 1, jobs = 200, largest = 180, threads = 16, regions = 0, counts = 0, forks = 0;
  int seconds = 5, patience = 60;

  void set(const std::string& argument) {
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    for (const auto& [known, value] : {std::pair<const char*, int*>{"seed", &seed},
                                       {"jobs", &jobs},
                                       {"largest", &largest},
                                       {"threads", &threads},
                                       {"regions", &regions},
                                       {"counts", &counts},
                                       {"forks", &forks},
                                       {"seconds", &seconds},
                                       {"patience", &patience}}) {
      if (name != known || equals == std::string::npos) continue;
      *value = std::atoi(argument.c_str() + equals + 1);
      return;
    }
    CHECK(false, "unknown argument %s", argument.c_str());
  }
};

Settings settings;
std::vector<std::unique_ptr<Job>> jobs;
std::size_t work_bytes = 0;
std::atomic<long> calls{0}, region_calls{0}, forks{0};
std::atomic<bool> over{false};

long now_ms() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/// What each thread does at the moment, for the watchdog.
struct Activity {
  std::atomic<const char*> what{nullptr};
  std::atomic<long> since{0};
  std::atomic<long> task{0};

  void begin(const char* text) {
    since.store(now_ms(), std::memory_order_relaxed);
    what.store(text, std::memory_order_release);
  }
  void end() { what.store(nullptr, std::memory_order_release); }
};
std::vector<Activity> activities;

void* watchdog(void*) {
  while (!over.load()) {
    usleep(200000);
    const long begin = now_ms() - settings.patience * 1000L;
    bool hangs = false;
    for (const Activity& one : activities)
      hangs |= one.what.load(std::memory_order_acquire) != nullptr && one.since.load() < begin;
    if (!hangs) continue;
    std::fprintf(stderr, "FAILED: a call is not back after %d s; in flight:\n", settings.patience);
    for (const Activity& one : activities) {
      const char* what = one.what.load(std::memory_order_acquire);
      if (what == nullptr) continue;
      std::fprintf(stderr, "  task %ld: %s for %ld ms\n", one.task.load(), what,
                   now_ms() - one.since.load());
    }
    std::abort();  // a core file, where they are wanted, has all stacks
  }
  return nullptr;
}

/// One call, with everything that must hold around it.
void check_call(const Job& job, WorkSpace* work, Activity* activity) {
  const int before = omp_get_max_threads();
  if (activity != nullptr) activity->begin(job.name().c_str());
  job.run(work);
  if (activity != nullptr) activity->end();
  CHECK(omp_get_max_threads() == before, "%s changed omp_get_max_threads() from %d to %d",
        job.name().c_str(), before, omp_get_max_threads());
  const double error = job.error(*work);
  CHECK(error <= 1, "%s is wrong by %g tolerances", job.name().c_str(), error);
}

const Job& any_job(Random* random) {
  return *jobs[static_cast<std::size_t>(random->below(static_cast<int>(jobs.size())))];
}

/// A team of this application calls at once; its members stay below the ones of `activities`.
void call_in_region(Random* random, Activity* activity) {
  const std::uint64_t seed = random->next();
  activity->begin("a parallel region");
#pragma omp parallel num_threads(2 + static_cast <int>(seed % 2))
  {
    WorkSpace work(work_bytes);
    Random own(seed + static_cast<std::uint64_t>(omp_get_thread_num()));
    for (int i = 0; i < 5; ++i) {
      check_call(any_job(&own), &work, nullptr);
      ++region_calls;
    }
  }
  activity->end();
}

void* worker(void* index_pointer) {
  const auto index = reinterpret_cast<std::size_t>(index_pointer);
  Activity& activity = activities[index];
  activity.task = syscall(SYS_gettid);
  Random random(static_cast<std::uint64_t>(settings.seed) * 1000 + index);
  WorkSpace work(work_bytes);
  const int at_start = omp_get_max_threads();
  long count = 0;
  for (; !over.load(std::memory_order_relaxed); ++count) {
    // Few threads have parallel regions of their own: each of them keeps a pool.
    if (settings.regions != 0 && index % 4 == 1 && random.below(20) == 0)
      call_in_region(&random, &activity);
    if (settings.counts != 0 && index % 4 == 2 && random.below(4) == 0)
      omp_set_num_threads(random.below(4) != 0 ? 1 + random.below(4) : at_start);
    check_call(any_job(&random), &work, &activity);
  }
  calls += count;
  return nullptr;
}

void child(std::uint64_t seed) {
  alarm(static_cast<unsigned>(settings.patience));
  Random random(seed);
  WorkSpace work(work_bytes);
  for (int i = 0; i < 12; ++i) check_call(any_job(&random), &work, nullptr);
  _exit(0);
}

void* forker(void*) {
  Activity& activity = activities[static_cast<std::size_t>(settings.threads)];
  activity.task = syscall(SYS_gettid);
  Random random(static_cast<std::uint64_t>(settings.seed) + 77);
  WorkSpace work(work_bytes);
  do {
    // Threads of its own, so that the child would find a pool whose threads it does not have.
    for (int i = 0; i < 5; ++i) check_call(any_job(&random), &work, &activity);
    activity.begin("fork");
    const pid_t process = fork();
    CHECK(process >= 0, "fork");
    if (process == 0) child(random.next());
    activity.begin("a forked child");
    int status = 0;
    waitpid(process, &status, 0);
    activity.end();
    CHECK(!(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM), "a forked child hangs");
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a forked child ended with status %#x",
          static_cast<unsigned>(status));
    ++forks;
    usleep(20000);
  } while (!over.load());
  return nullptr;
}

void* call_with_new_pool(void* grown) {
  const int before = task_count();
  check_dgemm(600, 1);
  *static_cast<int*>(grown) = task_count() - before;
  return nullptr;
}

/// Threads that a large call brings where the calling thread has none yet.
int threads_of_large_call() {
  pthread_t thread;
  int grown = 0;
  pthread_create(&thread, nullptr, call_with_new_pool, &grown);
  pthread_join(thread, nullptr);
  usleep(300000);  // those of ended threads are still on their way out
  return grown + 1;
}

void exchange(const char* path, bool tell) {
  std::FILE* file = std::fopen(path, tell ? "wb" : "rb");
  CHECK(file != nullptr, "cannot open %s", path);
  for (const std::unique_ptr<Job>& job : jobs) {
    if (tell) {
      WorkSpace work(job->bytes());
      job->run(&work);
      CHECK(std::fwrite(work.result.data(), 1, job->result_bytes(), file) == job->result_bytes(),
            "cannot write %s", path);
    } else {
      std::vector<unsigned char> bytes(job->result_bytes());
      CHECK(std::fread(bytes.data(), 1, bytes.size(), file) == bytes.size(), "%s is too short",
            path);
      job->expect(std::move(bytes));
    }
  }
  CHECK(std::fclose(file) == 0, "cannot write %s", path);
}

void blow() {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 20);
  activities = std::vector<Activity>(static_cast<std::size_t>(settings.threads) + 1);
  std::vector<pthread_t> threads(static_cast<std::size_t>(settings.threads));
  pthread_t dog, fork_thread;
  CHECK(pthread_create(&dog, &attributes, watchdog, nullptr) == 0, "no thread");
  for (std::size_t i = 0; i < threads.size(); ++i)
    CHECK(pthread_create(&threads[i], &attributes, worker, reinterpret_cast<void*>(i)) == 0,
          "no thread %zu", i);
  if (settings.forks != 0)
    CHECK(pthread_create(&fork_thread, &attributes, forker, nullptr) == 0, "no thread");
  usleep(static_cast<unsigned>(settings.seconds) * 1000000U);
  over = true;
  if (settings.forks != 0) pthread_join(fork_thread, nullptr);
  for (const pthread_t thread : threads) pthread_join(thread, nullptr);
  pthread_join(dog, nullptr);
}

}  // namespace

int main(int count, char** arguments) {
  CHECK(count > 2, "arguments: tell|run FILE [NAME=NUMBER...]");
  const bool tell = std::strcmp(arguments[1], "tell") == 0;
  for (int i = 3; i < count; ++i) settings.set(arguments[i]);
  jobs =
      storm::make_jobs(static_cast<std::uint64_t>(settings.seed), settings.jobs, settings.largest);
  for (const std::unique_ptr<Job>& job : jobs)
    work_bytes = job->bytes() > work_bytes ? job->bytes() : work_bytes;
  exchange(arguments[2], tell);
  if (tell) return 0;
  const int before = threads_of_large_call();
  blow();
  usleep(1500000);  // where there was no room for threads, it is asked for again after a second
  const int after = threads_of_large_call();
  CHECK(after == before, "a large call has %d threads after the storm; before it had %d", after,
        before);
  CHECK(calls > 0 && (settings.forks == 0 || forks > 0), "nothing was done");
  std::printf("ok: %ld calls, %ld in parallel regions, %ld forks; a large call has %d threads\n",
              calls.load(), region_calls.load(), forks.load(), after);
  return 0;
}
