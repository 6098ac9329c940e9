// SPDX-License-Identifier: BSD-3-Clause
// The control groups that hold for this process, v1 and v2: its own and all above it, as far as
// they can be seen. Thread-safety: reads the machine each time; nothing is kept. No allocation.
#pragma once

#include "machine/file_root.h"

namespace switchblas::machine {

/// Gets each directory that may have a limit of the controller; what is not there is for it to
/// skip.
using GroupVisitor = void (*)(void* context, const FileRoot& root, const char* directory);

struct GroupVisitors {
  GroupVisitor v1;
  GroupVisitor v2;
};

/// `controller`: "cpu" or "pids".
void visit_groups(const FileRoot& root, const char* controller, const GroupVisitors& visitors,
                  void* context) noexcept;

/// How many more tasks the groups of this process allow (pids.max); -1: no limit.
long group_task_room(const FileRoot& root) noexcept;

}  // namespace switchblas::machine
