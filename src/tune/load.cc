// SPDX-License-Identifier: BSD-3-Clause
#include "tune/load.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "tune/measure.h"

namespace switchblas::tune {
namespace {

/// CPU seconds that everybody used, with what the hypervisor took; 0 where it is not told.
double machine_seconds() {
  std::ifstream stat("/proc/stat");
  std::string name;
  stat >> name;
  double sum = 0;
  double ticks = 0;
  for (int field = 0; field < 8 && stat >> ticks; ++field) {
    if (field != 3 && field != 4) sum += ticks;  // idle, waiting
  }
  return sum / static_cast<double>(sysconf(_SC_CLK_TCK));
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

double own_seconds() {
  double sum = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage usage{};
    getrusage(who, &usage);
    sum += seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  return sum;
}

}  // namespace

Load::Load() : begin_(now_ns() / 1e9), used_(machine_seconds() - own_seconds()) {}

double Load::others() const {
  const double used = machine_seconds() - own_seconds() - used_;
  return std::max(0., used / std::max(1e-3, now_ns() / 1e9 - begin_));
}

}  // namespace switchblas::tune
