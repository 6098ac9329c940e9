#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Installs what it needs, builds, and compares numpy/scipy workloads under reference BLAS, OpenBLAS,
# BLIS and Switchblas. See bench/README.md, or bench/run.sh --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
build=${SWITCHBLAS_BENCH_BUILD:-$root/build/bench}
python=/usr/bin/python3 # the distribution's: only its numpy takes the distribution's libblas.so.3
main=$root/bench/workloads/main.py

# They would change the kernels of one arm or of all.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE LD_PRELOAD LD_LIBRARY_PATH
unset SWITCHBLAS_BENCH_BUILD

say() { echo "bench: $*" >&2; }

"$root/cmake/packages.sh" bench
case " $* " in
  *" --help "* | *" -h "*) exec "$python" -B "$main" --help ;;
esac
arms=$("$python" -B "$main" --list-arms "$@") # also refuses wrong options before the build

case " $arms " in
  *" switchblas "*)
    cmake=cmake
    [ ! -x /usr/bin/cmake ] || cmake=/usr/bin/cmake
    say "building in $build"
    log=$(mktemp)
    if ! { "$cmake" -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release &&
      "$cmake" --build "$build"; } >"$log" 2>&1; then
      tail -n 40 "$log" >&2
      rm -f "$log"
      say "the build failed"
      exit 2
    fi
    rm -f "$log"
    if [ -x "$build/bin/switchblas" ]; then
      # It also runs the kernel probe, whose verdict the library then uses.
      say "switchblas doctor"
      "$build/bin/switchblas" doctor || say "doctor found the above (exit code $?); going on"
      echo
    else
      say "there is no $build/bin/switchblas: kernels are not probed"
    fi
    ;;
esac
exec "$python" -B "$main" --build-folder "$build" "$@"
