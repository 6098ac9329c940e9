// SPDX-License-Identifier: BSD-3-Clause
// How much of the machine other programs use meanwhile: OpenMP threads that spin for each other
// stand still when one of them is displaced, so times of a busy machine say little. Reads
// /proc/stat; used from one thread.
#pragma once

namespace switchblas::tune {

class Load {
 public:
  Load();
  /// Cores that others kept busy on average since this was made; what the hypervisor took counts.
  /// Children count as own once they have ended.
  double others() const;

 private:
  double begin_;  // seconds
  double used_;   // by others until then
};

}  // namespace switchblas::tune
