// SPDX-License-Identifier: BSD-3-Clause
// The C API (switchblas.h) as programs use it: linked with libswitchblas, or, with FIND defined,
// looked up in a process that has it preloaded.
#include <pthread.h>

#include "probe.h"
#include "switchblas.h"

#ifdef FIND
#include <dlfcn.h>
static void* find(const char* name) {
  void* function = dlsym(RTLD_DEFAULT, name);
  CHECK(function != NULL, "no %s", name);
  return function;
}
#define CALL(name) ((__typeof__(&(name)))find(#name))
#define switchblas_version CALL(switchblas_version)
#define switchblas_get_num_threads CALL(switchblas_get_num_threads)
#define switchblas_set_num_threads CALL(switchblas_set_num_threads)
#define switchblas_get_num_threads_limit CALL(switchblas_get_num_threads_limit)
#define switchblas_set_num_threads_local CALL(switchblas_set_num_threads_local)
#define switchblas_get_num_threads_local CALL(switchblas_get_num_threads_local)
#define switchblas_set_backend CALL(switchblas_set_backend)
#define switchblas_get_backend CALL(switchblas_get_backend)
#define switchblas_set_reproducible CALL(switchblas_set_reproducible)
#define switchblas_get_reproducible CALL(switchblas_get_reproducible)
#define switchblas_explain CALL(switchblas_explain)
#define switchblas_report CALL(switchblas_report)
#endif

static int has_text(const char* text, const char* part) { return strstr(text, part) != NULL; }

static const char* explained(const char* routine, const char* flags, const long long* sizes,
                             int count) {
  static char text[8192];
  size_t length = switchblas_explain(routine, flags, sizes, count, text, sizeof text);
  CHECK(length < sizeof text && strlen(text) == length, "%s: %zu characters", routine, length);
  CHECK(text[0] == '{' && text[length - 1] == '}', "%s: %s", routine, text);
  return text;
}

static const char* explained_dgemm(long long n) {
  const long long sizes[3] = {n, n, n};
  return explained("dgemm", "NN", sizes, 3);
}

static const char* reported(void) {
  static char text[16384];
  CHECK(switchblas_report(text, sizeof text) < sizeof text, "the report is too long");
  return text;
}

static void check_no_new_threads(const char* why) {
  const int before = task_count();
  check_dgemm(1000, 1);
  check_dgetrf(600, 1);
  CHECK(task_count() == before, "%s, but calls start threads: %d before, %d after", why, before,
        task_count());
}

struct Seen {
  int local, now;
};

static void* see_limits(void* out) {
  struct Seen* seen = (struct Seen*)out;
  seen->local = switchblas_get_num_threads_local();
  seen->now = switchblas_get_num_threads();
  return NULL;
}

static struct Seen limits_elsewhere(void) {
  struct Seen seen = {-1, -1};
  pthread_t thread;
  pthread_create(&thread, NULL, see_limits, &seen);
  pthread_join(thread, NULL);
  return seen;
}

static void check_limits(void) {
  const int all = switchblas_get_num_threads();
  CHECK(all >= 1, "%d threads", all);
  CHECK(switchblas_get_num_threads_limit() == 0, "a limit that nobody has set");
  CHECK(switchblas_get_num_threads_local() == 0, "a local limit that nobody has set");

  switchblas_set_num_threads_local(1);
  CHECK(switchblas_get_num_threads_local() == 1, "local: set 1");
  CHECK(switchblas_get_num_threads() == 1, "local limit 1, now %d", switchblas_get_num_threads());
  CHECK(switchblas_get_num_threads_limit() == 0, "the local limit shows as the process's");
  check_no_new_threads("the limit of this thread is 1");
  struct Seen seen = limits_elsewhere();
  CHECK(seen.local == 0 && seen.now == all, "another thread has this one's limit: %d, %d",
        seen.local, seen.now);
  CHECK(has_text(reported(), "\"limits\": {\"process\": 0, \"thread\": 1}"), "%s", reported());
  switchblas_set_num_threads_local(-5);
  CHECK(switchblas_get_num_threads_local() == 0, "a negative limit is none");
  CHECK(switchblas_get_num_threads() == all, "the local limit stays");

  switchblas_set_num_threads(1);
  CHECK(switchblas_get_num_threads_limit() == 1, "process: set 1");
  check_no_new_threads("the limit of the process is 1");
  seen = limits_elsewhere();
  CHECK(seen.local == 0 && seen.now == 1, "another thread: %d, %d", seen.local, seen.now);
  CHECK(has_text(explained_dgemm(2000), "\"threads\": 1}, \"cap\": {\"threads\": 1}"), "%s",
        explained_dgemm(2000));
  switchblas_set_num_threads(1000);
  CHECK(switchblas_get_num_threads_limit() == 1000, "process: set 1000");
  CHECK(switchblas_get_num_threads() == all, "a limit has raised the number of threads");
  switchblas_set_num_threads(0);
  CHECK(switchblas_get_num_threads_limit() == 0 && switchblas_get_num_threads() == all,
        "the limit of the process stays");
}

enum { kN = 600 };

static double* product(const char* backend) {
  CHECK(switchblas_set_backend(backend) == 0, "no backend %s", backend);
  double *a = random_matrix(kN, kN, 1), *b = random_matrix(kN, kN, 2);
  double* c = random_matrix(kN, kN, 3);
  const double one = 1, zero = 0;
  const int n = kN;
  dgemm_("N", "N", &n, &n, &n, &one, a, &n, b, &n, &zero, c, &n);
  CHECK(gemm_error(kN, a, b, c) < 1e-9, "%s is wrong", backend);
  free(a);
  free(b);
  return c;
}

static int same(const double* a, const double* b) {
  return memcmp(a, b, sizeof(double) * kN * kN) == 0;
}

/// OpenBLAS and BLIS sum up in another order: the bits tell who has done the work.
static void check_backends(void) {
  CHECK(strcmp(switchblas_get_backend(), "auto") == 0, "%s", switchblas_get_backend());
  switchblas_set_num_threads(1);
  double *chosen = product("auto"), *openblas = product("openblas");
  CHECK(strcmp(switchblas_get_backend(), "openblas") == 0, "%s", switchblas_get_backend());
  CHECK(has_text(explained_dgemm(kN), "\"arm\": {\"backend\": \"openblas\""), "%s",
        explained_dgemm(kN));
  double* blis = product("BLIS");
  CHECK(strcmp(switchblas_get_backend(), "blis") == 0, "%s", switchblas_get_backend());
  CHECK(has_text(explained_dgemm(kN), "\"arm\": {\"backend\": \"blis\""), "%s",
        explained_dgemm(kN));
  CHECK(has_text(reported(), "\"forced_backend\": \"blis\""), "%s", reported());
  CHECK(!same(openblas, blis), "two backends, the same bits: one of them has done both");
  check_dgetrf(300, 1);  // BLIS has none: it goes where it went

  CHECK(switchblas_set_backend("fastest") == -1, "an unknown name is taken");
  CHECK(switchblas_set_backend("") == -1, "an empty name is taken");
  CHECK(switchblas_set_backend("reference") == -1, "the reference is not loaded, but taken");
  CHECK(strcmp(switchblas_get_backend(), "blis") == 0, "a refused name has changed something");
  double* still_blis = product("blis");
  CHECK(same(blis, still_blis), "a refused name has changed the backend");

  CHECK(switchblas_set_backend(NULL) == 0, "NULL is auto");
  CHECK(strcmp(switchblas_get_backend(), "auto") == 0, "%s", switchblas_get_backend());
  double* again = product(NULL);
  CHECK(same(chosen, again), "after auto calls do not go where they went before");
  CHECK(
      same(chosen,
           has_text(explained_dgemm(kN), "{\"backend\": \"blis\", \"threads\"") ? blis : openblas),
      "dgemm has not gone where it says: %s", explained_dgemm(kN));
  switchblas_set_num_threads(0);
  free(chosen);
  free(openblas);
  free(blis);
  free(still_blis);
  free(again);
}

static int stop = 0;

static void* compute_until_stopped(void* seed) {
  while (!__atomic_load_n(&stop, __ATOMIC_ACQUIRE)) {
    check_dgemm(150, (uint64_t)(uintptr_t)seed);
    check_dgetrf(80, (uint64_t)(uintptr_t)seed);
  }
  return NULL;
}

/// Other threads are in calls while backend and limits change.
static void check_changes_under_way(void) {
  static const char* const kNames[] = {"openblas", "blis", "auto"};
  pthread_t threads[3];
  for (int i = 0; i < 3; i++)
    pthread_create(&threads[i], NULL, compute_until_stopped, (void*)(uintptr_t)(i + 1));
  for (int i = 0; i < 240; i++) {
    CHECK(switchblas_set_backend(kNames[i % 3]) == 0, "no %s", kNames[i % 3]);
    switchblas_set_num_threads(i % 3);
    switchblas_set_reproducible(i % 2);
    (void)explained_dgemm(i);
    usleep(500);
  }
  __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);
  for (int i = 0; i < 3; i++) pthread_join(threads[i], NULL);
  switchblas_set_backend("auto");
  switchblas_set_num_threads(0);
  switchblas_set_reproducible(0);
}

static double* factors(void) {
  double* lu = random_matrix(kN, kN, 5);
  int pivots[kN], info = -1;
  const int n = kN;
  dgetrf_(&n, &n, lu, &n, pivots, &info);
  CHECK(info == 0, "dgetrf info = %d", info);
  return lu;
}

static double *alone_product, *alone_factors;

static void* compute_as_if_alone(void* unused) {
  (void)unused;
  for (int i = 0; i < 8; i++) {
    double *c = product("openblas"), *lu = factors();
    CHECK(same(c, alone_product), "dgemm beside other calls has other bits than alone");
    CHECK(same(lu, alone_factors), "dgetrf beside other calls has other bits than alone");
    free(c);
    free(lu);
  }
  return NULL;
}

/// OpenBLAS's bits depend on the number of threads, which depends on the calls beside.
static void check_same_bits_beside_others(void) {
  switchblas_set_reproducible(1);
  alone_product = product("openblas");
  alone_factors = factors();
  pthread_t threads[4];
  for (int i = 0; i < 4; i++) pthread_create(&threads[i], NULL, compute_as_if_alone, NULL);
  for (int i = 0; i < 4; i++) pthread_join(threads[i], NULL);
  switchblas_set_reproducible(0);
  switchblas_set_backend("auto");
  free(alone_product);
  free(alone_factors);
}

static void check_reproducible(void) {
  CHECK(switchblas_get_reproducible() == 0, "reproducible without having been asked");
  switchblas_set_reproducible(7);
  CHECK(switchblas_get_reproducible() == 1, "reproducible: %d", switchblas_get_reproducible());
  CHECK(has_text(reported(), "\"reproducible\": true"), "%s", reported());
  check_dgemm(500, 1);
  switchblas_set_reproducible(0);
  CHECK(switchblas_get_reproducible() == 0, "reproducible stays");
  check_same_bits_beside_others();
}

static void check_explain(void) {
  const long long sizes[4] = {1000, 900, 64, -1};
  const char* text = explained("DGEMM", "nt", sizes, 3);
  CHECK(has_text(text, "\"routine\": \"dgemm\", \"flags\": \"NT\", \"sizes\": [1000, 900, 64]"),
        "%s", text);
  CHECK(has_text(text, "\"why\": \"table\"") && has_text(text, "\"provenance\": \""), "%s", text);
  CHECK(has_text(explained("dgemm", NULL, sizes, 3), "\"flags\": \"NN\""), "flags are needed");
  CHECK(has_text(explained("ddot", "", sizes, 1), "\"arm\": {"), "ddot is not explained");

  const char* form = "dgemm TRANSA(N|T|C) TRANSB(N|T|C) m n k";
  CHECK(has_text(explained("dgemm", "NN", sizes, 2), form), "two sizes are taken for dgemm");
  CHECK(has_text(explained("dgemm", "NN", sizes, 4), form), "four sizes are taken for dgemm");
  CHECK(has_text(explained("dgemm", "NN", NULL, 3), form), "no sizes are taken for dgemm");
  CHECK(has_text(explained("dgemm", "N", sizes, 3), form), "one flag is taken for dgemm");
  CHECK(has_text(explained("dgemm", "NX", sizes, 3), "\"letters\": [\"NTC\", \"NTC\"]"), "flag X");
  CHECK(has_text(explained("ddot", "", sizes + 3, 1), "\"error\""), "a negative size is taken");
  CHECK(has_text(explained("dgesdd", "", sizes, 2), "not routed"), "dgesdd is routed");
  CHECK(has_text(explained("say \"it\"", "", sizes, 2), "say \\\"it\\\" is no"), "quotes");
  CHECK(has_text(explained(NULL, NULL, NULL, 0), "\"error\""), "nothing is explained");

  // Cut, as snprintf does.
  char small[20];
  memset(small, 'x', sizeof small);
  const size_t whole = switchblas_explain("dgemm", "NT", sizes, 3, NULL, 0);
  CHECK(switchblas_explain("dgemm", "NT", sizes, 3, small, 10) == whole, "the length depends");
  CHECK(strlen(small) == 9 && small[10] == 'x', "'%.20s'", small);
  CHECK(switchblas_report(NULL, 0) == strlen(reported()), "the report's length depends");
}

int main(int argc, char** argv) {
  CHECK(has_text(switchblas_version(), "."), "version '%s'", switchblas_version());
  if (argc > 1 && strcmp(argv[1], "disabled") == 0) {
    check_dgemm(100, 1);
    CHECK(switchblas_set_backend("blis") == -1, "untouched calls cannot be sent to BLIS");
    CHECK(switchblas_set_backend("auto") == 0, "auto is what is");
    CHECK(has_text(explained_dgemm(100), "SWITCHBLAS_DISABLE"), "%s", explained_dgemm(100));
    check_dgemm(100, 1);
    puts("ok");
    return 0;
  }
  // Where this is the first call of the process, it loads the backends.
  if (argc > 1 && strcmp(argv[1], "first") == 0) check_backends();
  check_limits();
  check_backends();
  check_reproducible();
  check_explain();
  check_changes_under_way();
  check_dgemm(800, 2);
  puts("ok");
  return 0;
}
