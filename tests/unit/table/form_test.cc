// SPDX-License-Identifier: BSD-3-Clause
#include "table/form.h"

#include <gtest/gtest.h>

#include <string>

namespace switchblas::table {
namespace {

std::string form(const char* name) {
  char text[256];
  const int routine = find_routine(name);
  if (routine < 0) return "";
  form_of(catalogue::kRoutines[routine], text, sizeof text);
  return text;
}

std::string message(const char* name) {
  char text[256];
  no_routine_message(name, text, sizeof text);
  return text;
}

TEST(Form, names_flags_letters_and_sizes) {
  EXPECT_EQ(form("dgemm"), "dgemm TRANSA(N|T|C) TRANSB(N|T|C) m n k");
  EXPECT_EQ(form("ZTRSM"), "ztrsm SIDE(L|R) UPLO(U|L) TRANSA(N|T|C) DIAG(N|U) m n");
  EXPECT_EQ(form("ddot"), "ddot n");
}

TEST(Form, every_routine_has_one_that_fits) {
  for (const catalogue::RoutineInfo& routine : catalogue::kRoutines) {
    EXPECT_EQ(&catalogue::kRoutines[find_routine(routine.name)], &routine);
    const std::string text = form(routine.name);
    EXPECT_EQ(text.rfind(std::string(routine.name) + " ", 0), 0U) << text;
    EXPECT_LT(text.size(), 255U) << text;
  }
}

TEST(Form, other_names_are_told_apart) {
  EXPECT_EQ(find_routine("dgesdd"), -1);
  EXPECT_TRUE(is_passed_on("dgesdd"));
  EXPECT_TRUE(is_passed_on("DGESDD_"));
  EXPECT_NE(message("dgesdd").find("not routed"), std::string::npos);
  for (const char* name : {"", "d", "dges", "gemm", "frobnicate"}) {
    EXPECT_EQ(find_routine(name), -1) << name;
    EXPECT_FALSE(is_passed_on(name)) << name;
    EXPECT_NE(message(name).find("no BLAS or LAPACK routine"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace switchblas::table
