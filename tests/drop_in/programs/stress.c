// SPDX-License-Identifier: BSD-3-Clause
// Many threads call at once; each result is compared with the one that a single thread had before.
// Arguments: kind (syrk8, syrk32, gemv, trsm, getrf, mixed), threads, seconds.
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "probe.h"

enum { kMaxSize = 200, kJobs = 6 };

typedef struct {
  int n;
  int kind;
  double *a, *b, *expected;
} Job;

static Job jobs[kJobs];
static int job_count;
static atomic_long calls, wrong;
static double seconds;
static pthread_barrier_t start;

static void run(const Job* job, double* c) {
  const int n = job->n, one_int = 1;
  const double one = 1, zero = 0;
  int info = 0, pivots[kMaxSize];
  memcpy(c, job->b, sizeof(double) * (size_t)n * n);
  switch (job->kind) {
    case 's':
      dsyrk_("L", "N", &n, &n, &one, job->a, &n, &zero, c, &n);
      break;
    case 'v':
      dgemv_("T", &n, &n, &one, job->a, &n, job->b, &one_int, &zero, c, &one_int);
      break;
    case 't':
      dtrsm_("L", "U", "N", "N", &n, &n, &one, job->a, &n, c, &n);
      break;
    case 'g':
      dgemm_("N", "T", &n, &n, &n, &one, job->a, &n, job->b, &n, &zero, c, &n);
      break;
    case 'f':
      memcpy(c, job->a, sizeof(double) * (size_t)n * n);
      dgetrf_(&n, &n, c, &n, pivots, &info);
      break;
  }
}

static void add_job(int kind, int n) {
  Job* job = &jobs[job_count++];
  job->kind = kind;
  job->n = n;
  job->a = random_matrix(n, n, (uint64_t)n);
  job->b = random_matrix(n, n, (uint64_t)n + 1);
  job->expected = random_matrix(n, n, 1);
  for (int i = 0; i < n; i++) job->a[i + (size_t)i * n] += n;
  run(job, job->expected);
}

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void* worker(void* index) {
  double* c = random_matrix(kMaxSize, kMaxSize, 1);
  long count = 0, bad = 0;
  pthread_barrier_wait(&start);
  for (const double end = now() + seconds; now() < end;) {
    for (int repeat = 0; repeat < 20; repeat++) {
      const Job* job = &jobs[(count + (intptr_t)index) % job_count];
      const size_t size = (size_t)job->n * job->n;
      run(job, c);
      int differs = 0;
      for (size_t i = 0; i < size; i++)
        differs |= !(fabs(c[i] - job->expected[i]) <= 1e-10 * job->n);
      bad += differs;
      count++;
    }
  }
  atomic_fetch_add(&calls, count);
  atomic_fetch_add(&wrong, bad);
  free(c);
  return NULL;
}

int main(int argc, char** argv) {
  CHECK(argc > 3, "arguments: kind threads seconds");
  const char* kind = argv[1];
  const int count = atoi(argv[2]);
  seconds = atof(argv[3]);
  if (strcmp(kind, "syrk8") == 0) add_job('s', 8);
  if (strcmp(kind, "syrk32") == 0) add_job('s', 32);
  if (strcmp(kind, "gemv") == 0) add_job('v', 150);
  if (strcmp(kind, "trsm") == 0) add_job('t', 48);
  if (strcmp(kind, "getrf") == 0) add_job('f', 120);
  if (strcmp(kind, "mixed") == 0) {
    add_job('g', 5);
    add_job('g', 60);
    add_job('s', 32);
    add_job('g', 190);
    add_job('t', 100);
    add_job('f', 90);
  }
  CHECK(job_count > 0, "unknown kind %s", kind);
  pthread_t* threads = (pthread_t*)calloc((size_t)count, sizeof(pthread_t));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 1 << 21);
  pthread_barrier_init(&start, NULL, (unsigned)count);
  for (intptr_t i = 0; i < count; i++)
    CHECK(pthread_create(&threads[i], &attributes, worker, (void*)i) == 0, "no thread %ld",
          (long)i);
  for (int i = 0; i < count; i++) pthread_join(threads[i], NULL);
  CHECK(wrong == 0, "%s: %ld of %ld calls wrong", kind, (long)wrong, (long)calls);
  printf("ok: %ld calls\n", (long)calls);
  return 0;
}
