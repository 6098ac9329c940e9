// SPDX-License-Identifier: BSD-3-Clause
// Calls every BLAS routine, and some of LAPACK, with small and middle random shapes and all flags,
// by the Fortran names and by CBLAS in both orders. One process runs it with a trusted library
// ("tell": writes every result to stdout), another with the library under test ("compare": reads
// those results on stdin). So neither sees the other's libraries.
// Arguments: tell|compare CASES [FILE with the symbol names to call]
#include <dlfcn.h>
#include <unistd.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>

#include "sweep_case.h"

extern "C" {
// Named so that the linker keeps both libraries.
void dgemm_();
void dgetrf_();
}
void (*volatile keep_blas)() = dgemm_;
void (*volatile keep_lapack)() = dgetrf_;

namespace {

using sweep::Buffer;
using sweep::Case;
using sweep::Interface;

struct Totals {
  long calls = 0, wrong = 0, missing = 0;
};

class Sweep {
 public:
  Sweep(bool tells, int cases, std::set<std::string> names)
      : tells_(tells), cases_(cases), names_(std::move(names)), self_(find_scope()) {
    if (!tells_) return;
    // Libraries say on stdout what they think of an argument; that is no part of the results.
    results_ = fdopen(dup(STDOUT_FILENO), "w");
    dup2(STDERR_FILENO, STDOUT_FILENO);
  }
  ~Sweep() {
    if (results_ != nullptr) std::fclose(results_);
  }
  Sweep(const Sweep&) = delete;
  Sweep& operator=(const Sweep&) = delete;

  void run() {
    for (const sweep::Row& row : sweep::kRows) {
      std::istringstream words(row.names);
      for (std::string word; words >> word;) run_names(row, word);
    }
  }
  const Totals& totals() const { return totals_; }

 private:
  // The libraries that this program or plug-in was linked to, whatever scope they are in; a
  // preloaded library comes first in both.
  static void* find_scope() {
    Dl_info info;
    if (dladdr(reinterpret_cast<void*>(find_scope), &info) == 0) return nullptr;
    void* global = dlsym(RTLD_DEFAULT, "dgemm_");
    return global != nullptr ? RTLD_DEFAULT : dlopen(info.dli_fname, RTLD_NOW | RTLD_NOLOAD);
  }

  void run_names(const sweep::Row& row, const std::string& word) {
    const std::size_t colon = word.find(':');
    const std::string base = word.substr(0, colon);
    const std::size_t any = base.find('?');
    if (any == std::string::npos) {
      run_name(row, base, colon == std::string::npos ? word[0] : word[colon + 1]);
      return;
    }
    for (const char type : std::string("sdcz"))
      run_name(row, std::string(base).replace(any, 1, 1, type), type);
  }

  void run_name(const sweep::Row& row, const std::string& name, char type) {
    run_symbol(row, name + "_", type, Interface::fortran);
    if (row.cblas == '-') return;
    const std::string symbol = "cblas_" + name + (row.cblas == 's' ? "_sub" : "");
    run_symbol(row, symbol, type, Interface::cblas_column_major);
    if (row.cblas == 'o') run_symbol(row, symbol, type, Interface::cblas_row_major);
  }

  void run_symbol(const sweep::Row& row, const std::string& symbol, char type, Interface way) {
    if (!names_.empty() && names_.count(symbol) == 0) return;
    void* function = dlsym(self_, symbol.c_str());
    const int here = function != nullptr;
    const int there = exchange(here);
    if (!tells_ && there && !here && totals_.missing++ < 20)
      std::fprintf(stderr, "FAILED no %s\n", symbol.c_str());
    if (!tells_ && !there) return;
    for (int index = 0; index < cases_ && (here || !tells_); index++) {
      Case call(row, symbol, type, way, index);
      sweep::Result result;
      if (here) result = call.call(function);
      if (tells_) {
        tell(call, result);
      } else {
        compare(call, result, here != 0);
      }
    }
  }

  template <typename T>
  T exchange(T value) {
    if (tells_) {
      std::fwrite(&value, sizeof value, 1, results_);
    } else if (std::fread(&value, sizeof value, 1, stdin) != 1) {
      std::fprintf(stderr, "FAILED the trusted run ended early\n");
      std::exit(1);
    }
    return value;
  }

  void tell(const Case& call, const sweep::Result& result) {
    exchange(result);
    for (const Buffer& buffer : call.buffers()) {
      if (!buffer.compared) continue;
      if (exchange(static_cast<char>(buffer.bytes != buffer.initial)) != 0)
        std::fwrite(buffer.bytes.data(), 1, buffer.bytes.size(), results_);
    }
  }

  void compare(const Case& call, const sweep::Result& result, bool here) {
    const sweep::Result expected = exchange(result);
    const double unit = (call.single_precision() ? 1.2e-7 : 2.3e-16) * (call.size() + 10) * 16;
    bool right =
        close(result.real, expected.real, unit * (1 + std::fabs(expected.real))) &&
        close(result.imaginary, expected.imaginary, unit * (1 + std::fabs(expected.imaginary)));
    std::string where =
        right ? ""
              : "result " + std::to_string(result.real) + " for " + std::to_string(expected.real);
    for (const Buffer& buffer : call.buffers()) {
      if (!buffer.compared) continue;
      std::vector<unsigned char> wanted = buffer.initial;
      if (exchange(char{0}) != 0 &&
          std::fread(wanted.data(), 1, wanted.size(), stdin) != wanted.size())
        std::exit(1);
      if (right && !same(buffer, wanted, unit, where)) right = false;
    }
    if (!here) return;
    totals_.calls++;
    if (!right && totals_.wrong++ < 40)
      std::fprintf(stderr, "FAILED %s: %s\n", call.describe().c_str(), where.c_str());
  }

  static bool close(double value, double expected, double limit) {
    return std::fabs(value - expected) <= limit || (std::isnan(value) && std::isnan(expected));
  }

  static double element(const Buffer& buffer, const std::vector<unsigned char>& bytes,
                        std::size_t index) {
    if (buffer.kind == 'c') return bytes[index];
    if (buffer.kind == 'd') {
      double value;
      std::memcpy(&value, &bytes[index * 8], 8);
      return value;
    }
    float single;
    int integer;
    std::memcpy(&single, &bytes[index * 4], 4);
    std::memcpy(&integer, &bytes[index * 4], 4);
    return buffer.kind == 'i' ? integer : static_cast<double>(single);
  }

  static bool same(const Buffer& buffer, const std::vector<unsigned char>& wanted, double unit,
                   std::string& where) {
    if (buffer.bytes == wanted) return true;
    const std::size_t width = buffer.kind == 'd' ? 8 : buffer.kind == 'c' ? 1 : 4;
    double scale = 1;
    for (std::size_t i = 0; i * width < wanted.size(); i++)
      scale = std::fmax(scale, std::fabs(element(buffer, wanted, i)));
    const double limit = buffer.kind == 'i' || buffer.kind == 'c' ? 0 : unit * scale;
    for (std::size_t i = 0; i * width < wanted.size(); i++) {
      const double value = element(buffer, buffer.bytes, i), expected = element(buffer, wanted, i);
      if (close(value, expected, limit)) continue;
      std::ostringstream text;
      text << buffer.name << '[' << i << "] is " << value << ", not " << expected;
      where = text.str();
      return false;
    }
    return true;
  }

  bool tells_;
  std::FILE* results_ = nullptr;
  int cases_;
  std::set<std::string> names_;
  void* self_;
  Totals totals_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::set<std::string> names;
  if (argc > 3) {
    std::ifstream file(argv[3]);
    for (std::string name; file >> name;) names.insert(name);
    if (names.empty()) return 2;
  }
  const bool tells = std::strcmp(argv[1], "tell") == 0;
  Sweep sweep(tells, std::atoi(argv[2]), std::move(names));
  sweep.run();
  const Totals& totals = sweep.totals();
  std::fprintf(tells ? stderr : stdout, "%s: %ld calls, %ld wrong, %ld names missing\n",
               totals.wrong + totals.missing == 0 ? "ok" : "FAILED", totals.calls, totals.wrong,
               totals.missing);
  return totals.wrong + totals.missing == 0 ? 0 : 1;
}
