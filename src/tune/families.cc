// SPDX-License-Identifier: BSD-3-Clause
#include <algorithm>

#include "tune/problem.h"

namespace switchblas::tune {
namespace {

using Flags = const std::string&;
using Size = const Shape&;

Extents gemm(Flags f, Size s) {
  return {f[0] == 'N' ? Extent{s.m, s.k} : Extent{s.k, s.m},
          f[1] == 'N' ? Extent{s.k, s.n} : Extent{s.n, s.k},
          {s.m, s.n}};
}
Extents gemmt(Flags f, Size s) { return gemm(f, {s.n, s.n, s.k}); }
Extents sided(Flags f, Size s) {
  const long order = f[0] == 'L' ? s.m : s.n;
  return {{order, order}, {s.m, s.n}, {s.m, s.n}};
}
Extents triangle_and_one(Flags f, Size s) { return {sided(f, s).a, {}, {s.m, s.n}}; }
Extents rank_k(Flags f, Size s) {
  const Extent a = f[0] == 'N' ? Extent{s.n, s.k} : Extent{s.k, s.n};
  return {a, a, {s.n, s.n}};
}
Extents gemv(Flags f, Size s) {
  const bool plain = f[0] == 'N';
  return {{s.m, s.n}, {plain ? s.n : s.m, 1}, {plain ? s.m : s.n, 1}};
}
Extents gbmv(Flags f, Size s) {
  Extents e = gemv(f, s);
  e.a.rows = 2 * band_of(s) + 1;
  return e;
}
Extents ger(Flags, Size s) { return {{s.m, 1}, {s.n, 1}, {s.m, s.n}}; }
Extents symv(Flags, Size s) { return {{s.n, s.n}, {s.n, 1}, {s.n, 1}}; }
Extents trmv(Flags, Size s) { return {{s.n, s.n}, {}, {s.n, 1}}; }
Extents vectors(Flags, Size s) { return {{s.n, 1}, {s.n, 1}, {s.n, 1}}; }
Extents general(Flags, Size s) { return {{}, {}, {s.m, s.n}}; }
Extents square(Flags, Size s) { return {{}, {}, {s.n, s.n}}; }
Extents system(Flags, Size s) { return {{s.n, s.n}, {}, {s.n, s.k}}; }

double cube(double x) { return x * x * x; }
double flops_mnk(Flags, Size s) { return 2. * s.m * s.n * s.k; }
double flops_nk(Flags, Size s) { return 1. * s.n * s.n * s.k; }
double flops_2nk(Flags, Size s) { return 2. * s.n * s.n * s.k; }
double flops_sided(Flags f, Size s) { return 2. * s.m * s.n * (f[0] == 'L' ? s.m : s.n); }
double flops_triangle(Flags f, Size s) { return flops_sided(f, s) / 2; }
double flops_mn(Flags, Size s) { return 2. * s.m * s.n; }
double flops_band(Flags, Size s) { return 2. * s.n * (2 * band_of(s) + 1); }
double flops_nn(Flags, Size s) { return 2. * s.n * s.n; }
double flops_half(Flags, Size s) { return 1. * s.n * s.n; }
double flops_n(Flags, Size s) { return 2. * s.n; }
double flops_getrf(Flags, Size s) { return 2. / 3 * s.m * s.n * (s.m < s.n ? s.m : s.n); }
double flops_third(Flags, Size s) { return cube(s.n) / 3; }
double flops_potri(Flags, Size s) { return cube(s.n) * 2 / 3; }
double flops_getrs(Flags, Size s) { return 2. * s.n * s.n * s.k; }
double flops_gesv(Flags f, Size s) { return cube(s.n) * 2 / 3 + flops_getrs(f, s); }

constexpr Content kRandom = Content::random;
constexpr Content kDominant = Content::dominant;
constexpr Content kTriangular = Content::triangular;

// clang-format off
const std::vector<Family> kFamilies = {
  {"gemm", {"sgemm", "dgemm", "cgemm", "zgemm"}, "mnk", "transa=NT,transb=NT",
   "0 1 m n k alpha a lda b ldb beta c ldc", 3, gemm, flops_mnk},
  {"gemmt", {"sgemmt", "dgemmt", "cgemmt", "zgemmt"}, "nk", "transa=NT,transb=NT",
   "L 0 1 n k alpha a lda b ldb beta c ldc", 3, gemmt, flops_nk},
  {"symm", {"ssymm", "dsymm", "csymm", "zsymm"}, "mn", "side=LR",
   "0 L m n alpha a lda b ldb beta c ldc", 3, sided, flops_sided},
  {"hemm", {nullptr, nullptr, "chemm", "zhemm"}, "mn", "side=LR",
   "0 L m n alpha a lda b ldb beta c ldc", 3, sided, flops_sided},
  {"syrk", {"ssyrk", "dsyrk", "csyrk", "zsyrk"}, "nk", "trans=NT",
   "L 0 n k alpha a lda beta c ldc", 3, rank_k, flops_nk},
  {"herk", {nullptr, nullptr, "cherk", "zherk"}, "nk", "trans=NC",
   "L 0 n k real_alpha a lda real_beta c ldc", 3, rank_k, flops_nk},
  {"syr2k", {"ssyr2k", "dsyr2k", "csyr2k", "zsyr2k"}, "nk", "trans=NT",
   "L 0 n k alpha a lda b ldb beta c ldc", 3, rank_k, flops_2nk},
  {"her2k", {nullptr, nullptr, "cher2k", "zher2k"}, "nk", "trans=NC",
   "L 0 n k alpha a lda b ldb real_beta c ldc", 3, rank_k, flops_2nk},
  {"trmm", {"strmm", "dtrmm", "ctrmm", "ztrmm"}, "mn", "side=LR,transa=NT",
   "0 L 1 N m n alpha a lda c ldc", 3, triangle_and_one, flops_triangle, kTriangular},
  {"trsm", {"strsm", "dtrsm", "ctrsm", "ztrsm"}, "mn", "side=LR,transa=NT",
   "0 L 1 N m n alpha a lda c ldc", 3, triangle_and_one, flops_triangle, kTriangular},

  {"gemv", {"sgemv", "dgemv", "cgemv", "zgemv"}, "mn", "trans=NT",
   "0 m n alpha a lda b inc beta c inc", 2, gemv, flops_mn},
  {"gbmv", {"sgbmv", "dgbmv", "cgbmv", "zgbmv"}, "mn", "trans=NT",
   "0 m n band band alpha a lda b inc beta c inc", 2, gbmv, flops_band},
  {"ger", {"sger", "dger", nullptr, nullptr}, "mn", "",
   "m n small_alpha a inc b inc c ldc", 2, ger, flops_mn},
  {"geru", {nullptr, nullptr, "cgeru", "zgeru"}, "mn", "",
   "m n small_alpha a inc b inc c ldc", 2, ger, flops_mn},
  {"gerc", {nullptr, nullptr, "cgerc", "zgerc"}, "mn", "",
   "m n small_alpha a inc b inc c ldc", 2, ger, flops_mn},
  {"symv", {"ssymv", "dsymv", nullptr, nullptr}, "n", "",
   "L n alpha a lda b inc beta c inc", 2, symv, flops_nn},
  {"hemv", {nullptr, nullptr, "chemv", "zhemv"}, "n", "",
   "L n alpha a lda b inc beta c inc", 2, symv, flops_nn},
  {"trmv", {"strmv", "dtrmv", "ctrmv", "ztrmv"}, "n", "trans=NT",
   "L 0 N n a lda c inc", 2, trmv, flops_half, kTriangular},
  {"trsv", {"strsv", "dtrsv", "ctrsv", "ztrsv"}, "n", "trans=NT",
   "L 0 N n a lda c inc", 2, trmv, flops_half, kTriangular},

  {"axpy", {"saxpy", "daxpy", "caxpy", "zaxpy"}, "n", "",
   "n small_alpha a inc c inc", 1, vectors, flops_n},
  {"scal", {"sscal", "dscal", "cscal", "zscal"}, "n", "",
   "n unit_alpha c inc", 1, vectors, flops_n},
  {"copy", {"scopy", "dcopy", "ccopy", "zcopy"}, "n", "",
   "n a inc c inc", 1, vectors, flops_n},
  {"swap", {"sswap", "dswap", "cswap", "zswap"}, "n", "",
   "n a inc c inc", 1, vectors, flops_n},
  {"dot", {"sdot", "ddot", nullptr, nullptr}, "n", "",
   "n a inc b inc", 1, vectors, flops_n, kRandom, kRandom, Result::real},
  {"dotu", {nullptr, nullptr, "cdotu", "zdotu"}, "n", "",
   "n a inc b inc", 1, vectors, flops_n, kRandom, kRandom, Result::complex},
  {"dotc", {nullptr, nullptr, "cdotc", "zdotc"}, "n", "",
   "n a inc b inc", 1, vectors, flops_n, kRandom, kRandom, Result::complex},
  {"nrm2", {"snrm2", "dnrm2", "scnrm2", "dznrm2"}, "n", "",
   "n a inc", 1, vectors, flops_n, kRandom, kRandom, Result::real},
  {"asum", {"sasum", "dasum", "scasum", "dzasum"}, "n", "",
   "n a inc", 1, vectors, flops_n, kRandom, kRandom, Result::real},
  {"iamax", {"isamax", "idamax", "icamax", "izamax"}, "n", "",
   "n a inc", 1, vectors, flops_n, kRandom, kRandom, Result::index},
  {"rot", {"srot", "drot", "csrot", "zdrot"}, "n", "",
   "n a inc c inc cosine sine", 1, vectors, flops_n},

  {"getrf", {"sgetrf", "dgetrf", "cgetrf", "zgetrf"}, "mn", "",
   "m n c ldc pivots info", 4, general, flops_getrf, kRandom, kDominant},
  {"potrf", {"spotrf", "dpotrf", "cpotrf", "zpotrf"}, "n", "",
   "L n c ldc info", 4, square, flops_third, kRandom, kDominant},
  {"getrs", {"sgetrs", "dgetrs", "cgetrs", "zgetrs"}, "nk", "",
   "N n k a lda pivots c ldc info", 4, system, flops_getrs, kTriangular},
  {"gesv", {"sgesv", "dgesv", "cgesv", "zgesv"}, "nk", "",
   "n k a lda pivots c ldc info", 4, system, flops_gesv, kDominant},
  {"trtri", {"strtri", "dtrtri", "ctrtri", "ztrtri"}, "n", "",
   "L N n c ldc info", 4, square, flops_third, kRandom, kTriangular},
  {"lauum", {"slauum", "dlauum", "clauum", "zlauum"}, "n", "",
   "L n c ldc info", 4, square, flops_third, kRandom, kTriangular},
  {"potri", {"spotri", "dpotri", "cpotri", "zpotri"}, "n", "",
   "L n c ldc info", 4, square, flops_potri, kRandom, kTriangular},
};
// clang-format on

}  // namespace

int band_of(const Shape& shape) { return std::clamp(std::min(shape.m, shape.n) - 1, 0, 8); }

const std::vector<Family>& families() { return kFamilies; }

std::vector<std::string> flag_combinations(const Family& family) {
  std::vector<std::string> all = {""};
  const std::string flags = family.flags;
  for (auto at = flags.find('='); at != std::string::npos; at = flags.find('=', at + 1)) {
    std::vector<std::string> longer;
    for (const std::string& begun : all) {
      longer.push_back(begun + flags[at + 1]);
      longer.push_back(begun + flags[at + 2]);
    }
    all = longer;
  }
  return all;
}

std::string flag_text(const Family& family, const std::string& flags) {
  std::string text;
  const std::string names = family.flags;
  std::size_t begin = 0;
  for (char flag : flags) {
    const auto equals = names.find('=', begin);
    if (!text.empty()) text += ' ';
    text += names.substr(begin, equals - begin) + "=" + (flag == 'C' ? 'T' : flag);
    begin = equals + 4;  // "=NT,"
  }
  return text;
}

}  // namespace switchblas::tune
