// SPDX-License-Identifier: BSD-3-Clause
// Runs `main` of a library that it opens with RTLD_LOCAL, as Python opens an extension: BLAS then
// comes into the process in a local scope. Arguments: the library, then the arguments of its main.
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  void* library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "FAILED %s\n", dlerror());
    return 1;
  }
  int (*run)(int, char**) = NULL;
  *(void**)&run = dlsym(library, "main");
  return run == NULL ? 2 : run(argc - 1, argv + 1);
}
