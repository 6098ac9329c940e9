// SPDX-License-Identifier: BSD-3-Clause
// The calls that the storm makes: random routines of levels 1 to 3 and LAPACK, types and sizes, the
// same ones for the same seed in every process. A job is constant once it is made: threads bring
// their own work space.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace storm {

/// What one thread needs to run any job.
struct WorkSpace {
  explicit WorkSpace(std::size_t bytes) : result(bytes), scratch(bytes) {}
  std::vector<unsigned char> result, scratch;
};

class Job {
 public:
  virtual ~Job() = default;
  /// Makes the call; the result lies in work->result.
  virtual void run(WorkSpace* work) const = 0;
  /// Largest difference to the expected numbers in units of the tolerance: above 1 it is wrong.
  virtual double error(const WorkSpace& work) const = 0;

  const std::string& name() const { return name_; }
  std::size_t bytes() const { return bytes_; }
  std::size_t result_bytes() const { return result_bytes_; }
  /// What another process, on trusted libraries, got.
  void expect(std::vector<unsigned char> bytes) { expected_ = std::move(bytes); }

 protected:
  std::string name_;
  std::size_t bytes_ = 0;  // of work space
  std::size_t result_bytes_ = 0;
  std::vector<unsigned char> expected_;
};

/// `count` jobs whose matrices have at most `largest` rows.
std::vector<std::unique_ptr<Job>> make_jobs(std::uint64_t seed, int count, int largest);

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed * 2654435761U + 1) { next(); }
  std::uint64_t next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return state_ >> 33;
  }
  int below(int count) { return static_cast<int>(next() % static_cast<std::uint64_t>(count)); }
  double unit() { return static_cast<double>(next()) / 1073741824.0 - 1.0; }  // -1 to 1

 private:
  std::uint64_t state_;
};

}  // namespace storm
