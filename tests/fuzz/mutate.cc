// SPDX-License-Identifier: BSD-3-Clause
// Runs a fuzz target without libFuzzer: mutate RUNS FILE... Every file as it is, then RUNS times
// one of them damaged: bits flipped, numbers put in, cut short, pieces moved. Always the same
// inputs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

class Mutator {
 public:
  std::string damaged(std::string bytes) {
    for (std::size_t left = 1 + below(4); left > 0 && !bytes.empty(); --left) damage(bytes);
    return bytes;
  }
  std::size_t below(std::size_t end) {
    return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
  }

 private:
  /// Half of the time in the first kilobyte, where offsets, counts and ladders are.
  std::size_t place(const std::string& bytes) {
    return below(below(2) == 0 ? std::min<std::size_t>(bytes.size(), 1024) : bytes.size());
  }

  void damage(std::string& bytes) {
    static constexpr std::uint32_t kNumbers[] = {
        0, 1, 2, 255, 256, 0x7fffffff, 0x80000000, 0xffffff00, 0xfffffffe, 0xffffffff};
    const std::size_t at = place(bytes);
    const auto size = static_cast<std::uint32_t>(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << below(8)));
        break;
      case 1:
        bytes[at] = static_cast<char>(below(256));
        break;
      case 2:
        put(bytes, at, kNumbers[below(std::size(kNumbers))]);
        break;
      case 3:  // an offset near the end
        put(bytes, at, size - static_cast<std::uint32_t>(below(std::min(size, 64u))));
        break;
      case 4:
        bytes.resize(below(8) == 0 ? at : bytes.size() - below(std::min<std::size_t>(at + 1, 16)));
        break;
      default: {
        const std::size_t count = std::min(below(64), bytes.size() - at);
        bytes.replace(at, count, bytes.substr(place(bytes), count));
      }
    }
  }

  static void put(std::string& bytes, std::size_t at, std::uint32_t number) {
    at &= ~std::size_t{3};  // as the numbers of a table stand
    for (std::size_t i = 0; i < sizeof number && at + i < bytes.size(); ++i) {
      bytes[at + i] = static_cast<char>(number >> (8 * i));
    }
  }

  std::mt19937 random_{1};
};

void run(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: mutate RUNS FILE...\n");
    return 2;
  }
  std::vector<std::string> seeds;
  for (int i = 2; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    if (seeds.back().empty()) {
      std::fprintf(stderr, "mutate: %s cannot be read\n", argv[i]);
      return 2;
    }
    run(seeds.back());
  }
  Mutator mutator;
  const long runs = std::strtol(argv[1], nullptr, 10);
  for (long i = 0; i < runs; ++i) run(mutator.damaged(seeds[mutator.below(seeds.size())]));
  std::printf("%zu files, %ld damaged ones\n", seeds.size(), runs);
  return 0;
}
