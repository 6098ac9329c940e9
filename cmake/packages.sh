#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Makes sure that the distribution's packages for a purpose are there: cmake/packages.sh PURPOSE...
# Purposes: build, bench, test, arm64. As root it installs what is missing; otherwise it names what
# is missing, with the command that installs it, and fails. Never changes update-alternatives.
set -eu

usage="usage: cmake/packages.sh build|bench|test|arm64..."

# A name before ':' is a package, after it the command that makes the package unnecessary.
build="g++:c++ cmake:cmake ninja-build:ninja python3:/usr/bin/python3 binutils:readelf
  libcli11-dev libtomlplusplus-dev nlohmann-json3-dev"
measured="libopenblas0-openmp blis libblas3 liblapack3 python3-numpy python3-scipy"
bench="$build $measured util-linux:lscpu"
test="$bench libgtest-dev gfortran:gfortran libopenblas0-pthread libopenblas0-serial libblas-test
  liblapack-test python3-joblib python3-pytest python3-hypothesis python3-threadpoolctl python3-venv
  libatlas3-base strace:strace clang-format:clang-format
  clang-tidy:clang-tidy clang:clang++ fuzzer"
arm64="$build g++-aarch64-linux-gnu:aarch64-linux-gnu-g++ qemu-user:qemu-aarch64"

installed() {
  dpkg-query -W -f '${db:Status-Status}\n' "$1" 2>/dev/null | grep -qx installed
}

# The package's name carries the library's version, which differs between releases.
blis_package() {
  name=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' 'libblis*-openmp' 2>/dev/null |
    sed -n 's/ installed$//p' | sort -V | tail -n 1)
  [ -n "$name" ] || name=$(apt-cache pkgnames libblis 2>/dev/null |
    grep -E '^libblis[0-9]+-openmp$' | sort -V | tail -n 1) || true
  echo "${name:-libblis4-openmp}"
}

missing_of() {
  for entry in "$@"; do
    # libFuzzer is a package of its own in newer releases only.
    if [ "$entry" = fuzzer ]; then
      apt-cache show libclang-rt-dev >/dev/null 2>&1 || continue
      entry=libclang-rt-dev
    fi
    [ "$entry" != blis ] || entry=$(blis_package)
    package=${entry%%:*}
    command=${entry#"$package"}
    command=${command#:}
    if [ -n "$command" ] && "$command" --version >/dev/null 2>&1; then
      continue
    fi
    installed "$package" || echo "$package"
  done | sort -u | tr '\n' ' '
}

[ $# -gt 0 ] || { echo "$usage" >&2; exit 2; }
wanted=
for purpose in "$@"; do
  case $purpose in
    build) wanted="$wanted $build" ;;
    bench) wanted="$wanted $bench" ;;
    test) wanted="$wanted $test" ;;
    arm64) wanted="$wanted $arm64" ;;
    *) echo "$usage" >&2; exit 2 ;;
  esac
done

if ! command -v dpkg-query >/dev/null; then
  echo "packages: this is no Debian or Ubuntu; needed there: $wanted" >&2
  exit 1
fi
# shellcheck disable=SC2086
missing=$(missing_of $wanted)
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "packages: missing: $missing" >&2
  echo "packages: install them with: sudo apt-get install --no-install-recommends $missing" >&2
  exit 1
fi
echo "packages: installing $missing" >&2
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The names may be new to this machine's lists, BLIS's above all.
apt-get update >"$log" 2>&1 || { tail -n 5 "$log" >&2; echo "packages: apt-get update failed" >&2; }
# shellcheck disable=SC2086
missing=$(missing_of $wanted)
# shellcheck disable=SC2086
if ! apt-get install -y --no-install-recommends $missing >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "packages: apt-get install $missing failed" >&2
  exit 1
fi
