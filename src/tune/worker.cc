// SPDX-License-Identifier: BSD-3-Clause
#include "tune/worker.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "tune/measure.h"
#include "tune/problem.h"
#include "tune/shapes.h"

namespace switchblas::tune {
namespace {

using backend::Kind;

constexpr double kMaxDeviation = 2000;  // see Problem::deviation(); cancellation in dot is rounding

const Family& family_named(const std::string& name) {
  for (const Family& family : families()) {
    if (name == family.name) return family;
  }
  throw std::invalid_argument("no family " + name);
}

class Worker {
 public:
  Worker(const LibraryChoice& openblas, const LibraryChoice& blis) : libraries_(openblas, blis) {
    void* memory =
        mmap(nullptr, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, kMarkDescriptor, 0);
    static int unseen = 0;
    mark_ = memory == MAP_FAILED ? &unseen : static_cast<int*>(memory);
  }

  int serve() {
    const auto word = [](const std::string& text) { return text.empty() ? "-" : text; };
    std::printf("hello %s %s %s %s\n", word(libraries_.version(Kind::openblas)).c_str(),
                word(libraries_.kernel(Kind::openblas)).c_str(),
                word(libraries_.version(Kind::blis)).c_str(),
                word(libraries_.kernel(Kind::blis)).c_str());
    std::fflush(stdout);
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream words(line);
      std::string verb;
      words >> verb;
      if (verb == "case") {
        measure_case(words);
      } else if (verb == "add") {
        add(words);
      } else if (verb == "stream") {
        stream(words);
      } else {
        throw std::invalid_argument("no request " + verb);
      }
      std::printf("done\n");
      std::fflush(stdout);
    }
    return 0;
  }

 private:
  struct Call {
    std::unique_ptr<Problem> problem;
    bool restoring = false;
    std::vector<Contender> contenders;
  };

  /// FAMILY TYPE FLAGS PADDING OFFSET M N K KIND:THREADS...
  Call read_call(std::istringstream& words) const {
    std::string name;
    std::string flags;
    int type = 0;
    Placement placement;
    Shape shape;
    words >> name >> type >> flags >> placement.padding >> placement.offset >> shape.m >> shape.n >>
        shape.k;
    if (flags == "-") flags.clear();
    const Family& family = family_named(name);
    Call call;
    call.problem = std::make_unique<Problem>(family, type, flags, shape, placement);
    call.restoring = family.level == 4;
    const std::string symbol =
        std::string(family.routines.at(static_cast<std::size_t>(type))) + "_";
    int kind = 0;
    int threads = 0;
    for (char colon = 0; words >> kind >> colon >> threads;) {
      const Kind library = static_cast<Kind>(kind);
      call.contenders.push_back({library, threads, libraries_.find(library, symbol)});
    }
    return call;
  }

  void measure_case(std::istringstream& words) {
    MeasureOptions options;
    int check = 0;
    words >> options.sample_ns >> options.rounds >> check;
    Call call = read_call(words);
    options.restoring = call.restoring;
    // What a library does not have is left out of the answer.
    std::vector<std::size_t> place;
    std::vector<Contender> present;
    for (std::size_t i = 0; i < call.contenders.size(); ++i) {
      if (call.contenders[i].function == nullptr) continue;
      place.push_back(i);
      present.push_back(call.contenders[i]);
    }
    if (present.empty()) return;
    const auto tell = [&](int i) { *mark_ = static_cast<int>(place[static_cast<std::size_t>(i)]); };
    const std::vector<Timing> timings =
        measure(*call.problem, present, libraries_, options, generator_, tell);
    for (std::size_t i = 0; i < timings.size(); ++i) {
      std::printf("timing %zu %.1f %.4f %d\n", place[i], timings[i].ns, timings[i].spread,
                  timings[i].rounds);
    }
    if (check == 0) return;
    const std::vector<double> apart = deviations(*call.problem, present, timings, libraries_, tell);
    for (std::size_t i = 0; i < apart.size(); ++i) {
      if (apart[i] > kMaxDeviation) std::printf("differs %zu %g\n", place[i], apart[i]);
    }
  }

  void add(std::istringstream& words) {
    Call call = read_call(words);
    for (const Contender& contender : call.contenders) {
      if (contender.function == nullptr)
        throw std::invalid_argument("a stream of what is not there");
    }
    call.problem->fill(1e-6);
    calls_.push_back(std::move(call));
  }

  void stream(std::istringstream& words) {
    double seconds = 0;
    unsigned seed = 0;
    words >> seconds >> seed;
    const std::vector<Call> calls = std::move(calls_);
    calls_.clear();
    if (calls.empty()) return;
    generator_.seed(seed);
    const std::size_t policies = calls[0].contenders.size();
    std::vector<std::vector<double>> singles(policies * calls.size());
    std::vector<std::size_t> order(calls.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<std::size_t> turn(policies);
    std::iota(turn.begin(), turn.end(), std::size_t{0});
    const double end = now_ns() + seconds * 1e9;
    for (int round = 0; round < 2 || now_ns() < end; ++round) {
      const bool warm = round > 0;
      std::shuffle(turn.begin(), turn.end(), generator_);
      std::shuffle(order.begin(), order.end(), generator_);  // the same for all policies of a round
      for (const std::size_t policy : turn) {
        double total = 0;
        for (const std::size_t c : order) {
          const double ns = single(calls[c], calls[c].contenders[policy]);
          total += ns;
          if (warm) singles[policy * calls.size() + c].push_back(ns);
        }
        if (warm) std::printf("pass %zu %.0f\n", policy, total);
      }
    }
    for (std::size_t i = 0; i < singles.size(); ++i) {
      if (singles[i].empty()) continue;
      std::printf("single %zu %zu %.1f\n", i / calls.size(), i % calls.size(), median(singles[i]));
    }
  }

  double single(const Call& call, const Contender& contender) const {
    if (call.restoring) call.problem->restore();
    *mark_ = static_cast<int>(contender.kind);
    libraries_.select(contender.kind, contender.threads);
    const double begin = now_ns();
    call.problem->call(contender.function);
    return now_ns() - begin;
  }

  const Libraries libraries_;
  std::mt19937_64 generator_{7};
  std::vector<Call> calls_;
  int* mark_;
};

}  // namespace

int run_worker(const LibraryChoice& openblas, const LibraryChoice& blis) {
  return Worker(openblas, blis).serve();
}

}  // namespace switchblas::tune
