// SPDX-License-Identifier: BSD-3-Clause
// The thread functions of OpenBLAS and BLIS that programs call: they hold for the process as a
// whole, whichever backend executes a call.
#include <dlfcn.h>
#include <pthread.h>

#include "probe.h"

static void* find(const char* name) {
  void* function = dlsym(RTLD_DEFAULT, name);
  CHECK(function != NULL, "no %s", name);
  return function;
}

static void* compute(void* unused) {
  (void)unused;
  check_dgemm(600, 1);
  return NULL;
}

static void check_serial(const char* setter) {
  const int before = task_count();
  check_dgemm(1000, 1);
  check_dgetrf(600, 1);
  CHECK(task_count() == before, "%s(1), but calls start threads: %d before, %d after", setter,
        before, task_count());
  pthread_t thread;
  pthread_create(&thread, NULL, compute, NULL);
  pthread_join(thread, NULL);
  usleep(50000);
  CHECK(task_count() == before, "%s(1) does not hold in another thread", setter);
}

int main(void) {
  void (*set_openblas)(int), (*set_blis)(int64_t);
  int (*get_openblas)(void), (*parallel)(void);
  int64_t (*get_blis)(void);
  const char* (*config)(void), *(*corename)(void);
  *(void**)&set_openblas = find("openblas_set_num_threads");
  *(void**)&get_openblas = find("openblas_get_num_threads");
  *(void**)&parallel = find("openblas_get_parallel");
  *(void**)&config = find("openblas_get_config");
  *(void**)&corename = find("openblas_get_corename");
  *(void**)&set_blis = find("bli_thread_set_num_threads");
  *(void**)&get_blis = find("bli_thread_get_num_threads");

  CHECK(get_openblas() >= 1, "openblas_get_num_threads() is %d", get_openblas());
  CHECK(strstr(config(), "OpenBLAS") != NULL, "openblas_get_config() is '%s'", config());
  CHECK(corename()[0] != 0, "openblas_get_corename() is empty");
  CHECK(parallel() >= 0 && parallel() <= 2, "openblas_get_parallel() is %d", parallel());

  const int original = get_openblas();
  set_openblas(1);
  CHECK(get_openblas() == 1, "openblas: set 1, get %d", get_openblas());
  check_serial("openblas_set_num_threads");
  set_openblas(original);
  CHECK(get_openblas() == original, "openblas: set %d, get %d", original, get_openblas());

  set_blis(1);
  CHECK(get_blis() == 1, "blis: set 1, get %d", (int)get_blis());
  check_serial("bli_thread_set_num_threads");
  set_blis(original);
  set_openblas(original);
  check_dgemm(800, 2);
  check_dgetrf(300, 2);
  puts("ok");
  return 0;
}
