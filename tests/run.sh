#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Builds Switchblas in build/ and runs every check:
#   tests/run.sh [--quick] [--stage NAME]... [--fuzz SECONDS] [--list]
# As root it installs the distribution's packages that it needs; otherwise it names what is missing.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# The checks are about what a machine chooses by itself.
unset OPENBLAS_CORETYPE OPENBLAS_L2_SIZE BLIS_ARCH_TYPE LD_PRELOAD LD_LIBRARY_PATH
export PYTHONDONTWRITEBYTECODE=1

python=/usr/bin/python3 # the one that the distribution's numpy and scipy belong to
release=build/release
logs=build/logs
jobs=$(nproc)
tidy_seconds=420
fuzz_seconds=60

all_stages=(packages format build tidy asan-ubsan tsan ctest netlib python)
quick_stages=(packages format build ctest netlib python)
declare -A about=(
  [packages]="install the packages, or name the missing ones"
  [format]="clang-format 14 on all C and C++ files"
  [build]="release build with the tests"
  [tidy]="clang-tidy on the sources of the in-process library, at most $tidy_seconds s"
  [asan-ubsan]="unit tests with the address and undefined-behaviour sanitizers; tables fuzzed for $fuzz_seconds s (--fuzz)"
  [tsan]="unit tests and the storm of calls with the thread sanitizer"
  [ctest]="unit tests and programs against the real libraries"
  [netlib]="netlib's BLAS and LAPACK testers, compared with each backend alone"
  [python]="the Python package; numpy's and scipy's linear algebra tests, compared with each backend alone"
)

usage() {
  sed -n 's/^# Builds/Builds/p; s/^#   tests/  tests/p' "${BASH_SOURCE[0]}"
  list
}
list() { for stage in "${all_stages[@]}"; do printf '%-11s %s\n' "$stage" "${about[$stage]}"; done; }

quick=
chosen=()
while [ $# -gt 0 ]; do
  case $1 in
    --quick) quick=--quick ;;
    --stage)
      [ -n "${2:-}" ] && [ -n "${about[$2]:-}" ] || { usage >&2; exit 2; }
      chosen+=("$2")
      shift
      ;;
    --fuzz)
      [[ ${2:-} =~ ^[0-9]+$ ]] || { usage >&2; exit 2; }
      fuzz_seconds=$2
      shift
      ;;
    --list) list; exit 0 ;;
    -h | --help) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
  shift
done
if [ ${#chosen[@]} -eq 0 ]; then
  if [ -n "$quick" ]; then chosen=("${quick_stages[@]}"); else chosen=("${all_stages[@]}"); fi
fi

passed=0
failed=0
summary=()
mkdir -p "$logs"

# Adds a stage's own counts: count PASSED FAILED.
count() {
  stage_passed=$((stage_passed + $1))
  stage_failed=$((stage_failed + $2))
}

# Runs a command with its output in a log, of which the end is shown if the command fails.
logged() {
  local log=$logs/$1.log
  shift
  "$@" >"$log" 2>&1 && return 0
  tail -n 60 "$log"
  echo "run.sh: failed: $* (whole output: $log)"
  return 1
}

# The counts of a ctest JUnit file or of the JSON that the suites write, as "PASSED FAILED".
read_counts() {
  "$python" - "$1" <<'PY'
import json, sys, xml.etree.ElementTree as tree
path = sys.argv[1]
if path.endswith(".json"):
    report = json.load(open(path))
    print(report["passed"], len(report["failed"]))
else:
    root = tree.parse(path).getroot()
    skipped = [c.get("name") for c in root.iter("testcase") if c.find("skipped") is not None]
    failures = sum(c.find("failure") is not None for c in root.iter("testcase"))
    total = sum(1 for _ in root.iter("testcase"))
    if skipped:
        print("skipped:", *skipped, file=sys.stderr)
    print(total - failures - len(skipped), failures)
PY
}

# Runs a checker that writes its counts to a file; a checker that dies before that has failed once.
counted() {
  local report=$1 status=0
  shift
  rm -f "$report"
  "$@" || status=$?
  if [ ! -s "$report" ]; then
    echo "run.sh: no results from: $* (exit $status)"
    count 0 1
    return
  fi
  local counts
  read -ra counts <<<"$(read_counts "$report")"
  count "${counts[0]}" "${counts[1]}"
  if [ "$((counts[0] + counts[1]))" -eq 0 ] || { [ "$status" -ne 0 ] && [ "${counts[1]}" -eq 0 ]; }; then
    echo "run.sh: exit $status with ${counts[0]} passed and ${counts[1]} failed: $*"
    count 0 1
  fi
}

configure_and_build() { # PRESET
  # Google Benchmark is needed by bench/run.sh only.
  logged "configure-$1" cmake --preset "$1" -DSWITCHBLAS_BENCH=OFF &&
    logged "build-$1" cmake --build --preset "$1" -j "$jobs"
}

built=
need_build() {
  [ -n "$built" ] || configure_and_build release || return 1
  built=1
}

library_dir() { sed -n 's/^CMAKE_INSTALL_LIBDIR:[A-Z]*=//p' "$release/CMakeCache.txt"; }

stage_packages() { cmake/packages.sh test; }

stage_format() {
  local tool
  tool=$(command -v clang-format-14 || command -v clang-format || true)
  if [ -z "$tool" ] || ! "$tool" --version | grep -q 'version 14\.'; then
    echo "run.sh: no clang-format 14 here: format not checked"
    return 0
  fi
  local files
  mapfile -t files < <(find src include tests bench -name '*.h' -o -name '*.cc' -o -name '*.c' \
    -o -name '*.cpp')
  "$tool" --dry-run -Werror "${files[@]}" && count 1 0 || count 0 1
}

stage_build() { need_build; }

stage_tidy() {
  command -v clang-tidy >/dev/null || { echo "run.sh: no clang-tidy here: not checked"; return 0; }
  need_build || return 1
  local files status=0
  mapfile -t files < <(find src/{base,machine,table,shape,backend,threads,entry} -name '*.cc' | sort)
  printf '%s\0' "${files[@]}" |
    timeout "$tidy_seconds" xargs -0 -n 1 -P "$jobs" clang-tidy -p "$release" --quiet \
      >"$logs/tidy.log" 2>&1 || status=$?
  if [ "$status" -eq 124 ]; then
    echo "run.sh: clang-tidy stopped after $tidy_seconds s, the remaining files were not checked"
  fi
  if grep -E '(error|warning):' "$logs/tidy.log" | sort -u; then
    count 0 1
  elif [ "$status" -ne 0 ] && [ "$status" -ne 124 ]; then
    tail -n 20 "$logs/tidy.log"
    count 0 1
  elif [ "$status" -eq 0 ]; then
    count 1 0
  fi
}

# ctest PRESET [prefix command...] -- [ctest arguments]
run_ctest() {
  local preset=$1 prefix=()
  shift
  while [ "$1" != -- ]; do prefix+=("$1"); shift; done
  shift
  local junit=$PWD/$logs/ctest-$preset.xml
  counted "$junit" "${prefix[@]}" ctest --test-dir "build/$preset" --output-on-failure \
    --no-tests=error --timeout 300 --output-junit "$junit" "$@"
}

stage_asan-ubsan() {
  configure_and_build asan-ubsan || return 1
  run_ctest asan-ubsan -- -L unit -j "$jobs"
  [ "$fuzz_seconds" -eq 0 ] || fuzz
}

# libFuzzer on the loader of tables; what it has found worth keeping stays in build/fuzz/corpus.
fuzz() {
  local compiler program=build/fuzz/tests/fuzz/fuzz_table
  compiler=$(compgen -c clang++ | grep -xE 'clang\+\+(-[0-9]+)?' | sort -V | head -n 1 || true)
  if [ -z "$compiler" ] || ! "$compiler" -fsanitize=fuzzer,address -x c++ - -o "$logs/has-fuzzer" 2>/dev/null \
    <<<'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }'; then
    echo "run.sh: no clang with libFuzzer here: tables damaged by ctest only"
    return 0
  fi
  logged configure-fuzz cmake --preset fuzz -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_C_COMPILER="${compiler/clang++/clang}" &&
    logged build-fuzz cmake --build --preset fuzz -j "$jobs" || return 1
  mkdir -p build/fuzz/corpus
  if logged fuzz "$program" -max_total_time="$fuzz_seconds" -max_len=150000 -print_final_stats=1 \
    -artifact_prefix="$logs/fuzz-" build/fuzz/corpus build/fuzz/tests/fuzz/seeds; then
    count 1 0
  else
    count 0 1
  fi
}

stage_tsan() {
  configure_and_build tsan || return 1
  # gcc 12's thread sanitizer does not start where the kernel randomises more address bits.
  local fixed=(setarch "$(uname -m)" -R)
  "${fixed[@]}" true 2>/dev/null || fixed=()
  run_ctest tsan "${fixed[@]}" -- -L 'unit|tsan' -j "$jobs"
}

stage_ctest() {
  need_build || return 1
  # Programs against the real libraries use all cores by themselves: one at a time.
  run_ctest release --
}

stage_netlib() {
  need_build || return 1
  counted "$logs/netlib.json" "$python" tests/netlib/run.py --build "$release" \
    --libdir "$(library_dir)" --json "$logs/netlib.json" $quick
}

stage_python() {
  need_build || return 1
  counted "$logs/package.json" "$python" tests/python/package.py --build "$release" \
    --libdir "$(library_dir)" --json "$logs/package.json" $quick
  counted "$logs/python.json" "$python" tests/python/suites.py --build "$release" \
    --libdir "$(library_dir)" --json "$logs/python.json" $quick
}

run_stage() {
  local stage=$1 begin=$SECONDS status=0
  stage_passed=0
  stage_failed=0
  echo "== $stage: ${about[$stage]}"
  "stage_$stage" || status=$?
  [ "$status" -eq 0 ] || count 0 1
  passed=$((passed + stage_passed))
  failed=$((failed + stage_failed))
  summary+=("$(printf '%-11s %6d passed %4d failed %6d s' "$stage" "$stage_passed" \
    "$stage_failed" $((SECONDS - begin)))")
  return "$status"
}

for stage in "${chosen[@]}"; do
  if ! run_stage "$stage"; then
    case $stage in packages | build) break ;; esac
  fi
done

echo "== summary"
printf '%s\n' "${summary[@]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
