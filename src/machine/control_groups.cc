// SPDX-License-Identifier: BSD-3-Clause
#include "machine/control_groups.h"

#include <stdio.h>
#include <string.h>

namespace switchblas::machine {
namespace {

constexpr std::size_t kMaxPath = 768;

struct Visit {
  const FileRoot& root;
  const char* controller;
  const GroupVisitors& visitors;
  void* context;
};

// From the group itself to the mount point: each level may have its own limit. Inside a container
// the upper levels may not be visible, or the path may be the host's: what is not there is skipped.
void visit_upwards(const Visit& visit, const char* mount, const char* group, GroupVisitor visitor) {
  char directory[kMaxPath];
  // A group outside of the namespace's root is shown with "/..": only the mount point is ours.
  if (strstr(group, "/..") != nullptr) group = "";
  const int length = snprintf(directory, sizeof directory, "%s%s", mount, group);
  if (length < 0) return;
  if (static_cast<std::size_t>(length) >= sizeof directory) {
    snprintf(directory, sizeof directory, "%s", mount);
  }
  const std::size_t mount_length = strlen(mount);
  for (;;) {
    for (std::size_t end = strlen(directory); end > mount_length && directory[end - 1] == '/';) {
      directory[--end] = '\0';
    }
    visitor(visit.context, visit.root, directory);
    if (strlen(directory) <= mount_length) return;
    *strrchr(directory, '/') = '\0';
  }
}

bool has_controller(const char* list, const char* controller) {
  const std::size_t wanted = strlen(controller);
  while (*list != '\0') {
    const std::size_t length = strcspn(list, ",");
    if (length == wanted && strncmp(list, controller, length) == 0) return true;
    list += length;
    list += *list == ',' ? 1 : 0;
  }
  return false;
}

// One line of /proc/self/cgroup: "0::/group" (v2) or "N:controllers:/group" (v1).
void visit_line(const Visit& visit, char* line) {
  char* controllers = strchr(line, ':');
  if (controllers == nullptr) return;
  *controllers++ = '\0';
  char* group = strchr(controllers, ':');
  if (group == nullptr) return;
  *group++ = '\0';
  if (*controllers == '\0') {
    visit_upwards(visit, "/sys/fs/cgroup", group, visit.visitors.v2);
    visit_upwards(visit, "/sys/fs/cgroup/unified", group, visit.visitors.v2);
    return;
  }
  if (!has_controller(controllers, visit.controller)) return;
  char mount[64];
  snprintf(mount, sizeof mount, "/sys/fs/cgroup/%s", visit.controller);
  visit_upwards(visit, mount, group, visit.visitors.v1);
  if (strcmp(controllers, visit.controller) == 0) return;
  const int length = snprintf(mount, sizeof mount, "/sys/fs/cgroup/%s", controllers);
  if (length > 0 && static_cast<std::size_t>(length) < sizeof mount)
    visit_upwards(visit, mount, group, visit.visitors.v1);
}

void visit_tasks(void* context, const FileRoot& root, const char* directory) {
  long& room = *static_cast<long*>(context);
  char path[kMaxPath + 16];
  unsigned long long most = 0;
  unsigned long long now = 0;
  snprintf(path, sizeof path, "%s/pids.max", directory);
  if (!root.read_number(path, most)) return;  // "max"
  snprintf(path, sizeof path, "%s/pids.current", directory);
  if (!root.read_number(path, now)) return;
  const long left = most > now ? static_cast<long>(most - now) : 0;
  if (room < 0 || left < room) room = left;
}

}  // namespace

void visit_groups(const FileRoot& root, const char* controller, const GroupVisitors& visitors,
                  void* context) noexcept {
  char text[8192];
  if (root.read_file("/proc/self/cgroup", text, sizeof text) <= 0) return;
  const Visit visit{root, controller, visitors, context};
  for (char* line = text; *line != '\0';) {
    char* next = line + strcspn(line, "\n");
    if (*next != '\0') *next++ = '\0';
    visit_line(visit, line);
    line = next;
  }
}

long group_task_room(const FileRoot& root) noexcept {
  long room = -1;
  visit_groups(root, "pids", {visit_tasks, visit_tasks}, &room);
  return room;
}

}  // namespace switchblas::machine
