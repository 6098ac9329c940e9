// SPDX-License-Identifier: BSD-3-Clause
// The C API from C++: linkage and types, and state that is put back on the way out of a scope.
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>

#include "probe.h"
#include "switchblas.h"

static_assert(std::is_same_v<decltype(switchblas_version()), const char*>);
static_assert(std::is_same_v<decltype(switchblas_set_backend("auto")), int>);
static_assert(std::is_same_v<decltype(switchblas_report(nullptr, 0)), std::size_t>);

namespace {

class OwnLimit {
 public:
  explicit OwnLimit(int threads) : before_(switchblas_get_num_threads_local()) {
    switchblas_set_num_threads_local(threads);
  }
  ~OwnLimit() { switchblas_set_num_threads_local(before_); }
  OwnLimit(const OwnLimit&) = delete;
  OwnLimit& operator=(const OwnLimit&) = delete;

 private:
  int before_;
};

std::string explain(const char* routine, const char* flags,
                    std::initializer_list<long long> sizes) {
  const int count = static_cast<int>(sizes.size());
  std::string text(switchblas_explain(routine, flags, sizes.begin(), count, nullptr, 0), '\0');
  switchblas_explain(routine, flags, sizes.begin(), count, text.data(), text.size() + 1);
  return text;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

}  // namespace

int main() {
  const int all = switchblas_get_num_threads();
  try {
    const OwnLimit limit(1);
    CHECK(switchblas_get_num_threads() == 1, "%d threads", switchblas_get_num_threads());
    std::thread other([all] {
      CHECK(switchblas_get_num_threads() == all, "%d in another thread",
            switchblas_get_num_threads());
    });
    other.join();
    check_dgemm(300, 1);
    throw std::runtime_error("out of the block");
  } catch (const std::runtime_error&) {
    CHECK(switchblas_get_num_threads() == all, "%d after", switchblas_get_num_threads());
  }
  CHECK(switchblas_set_backend("blis") == 0, "no blis");
  CHECK(has(explain("dsyrk", "UN", {500, 500}), "{\"backend\": \"blis\""), "%s",
        explain("dsyrk", "UN", {500, 500}).c_str());
  CHECK(switchblas_set_backend(nullptr) == 0, "no auto");
  CHECK(has(explain("dsyrk", "UQ", {500, 500}), "\"error\""), "flag Q");
  std::puts("ok");
  return 0;
}
