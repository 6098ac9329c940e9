// SPDX-License-Identifier: BSD-3-Clause
#include "entry/report.h"

#include <stdio.h>

namespace switchblas::entry {

constinit Handlers handlers;

namespace {

constexpr int kNameSize = 32;

/// The name as Fortran hands it over: upper case, blanks up to six characters.
int fortran_name(const char* routine, char (&name)[kNameSize]) {
  int length = 0;
  for (; routine[length] != 0 && length < kNameSize - 1; ++length) {
    const char c = routine[length];
    name[length] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  while (length < 6) name[length++] = ' ';
  name[length] = 0;
  return length;
}

void set(int* variable, bool value) {
  if (variable != nullptr) *variable = value ? 1 : 0;
}

/// What the reference's own variables show while it calls a handler. Where the handler does not
/// return they stay, as the reference's do: its testers set them before they look.
void enter_cblas(bool row_major) {
  set(handlers.row_major, row_major);
  set(handlers.called_from_c, true);
}
void leave_cblas() {
  set(handlers.row_major, false);
  set(handlers.called_from_c, false);
}

}  // namespace

void report_fortran(const char* routine, int argument) {
  char name[kNameSize];
  const int length = fortran_name(routine, name);
  handlers.xerbla(name, &argument, static_cast<unsigned long>(length));
}

void report_cblas(const char* routine, int argument, bool row_major) {
  enter_cblas(row_major);
  if (handlers.cblas_xerbla == own_cblas_xerbla && handlers.xerbla != own_xerbla_) {
    report_fortran(routine, argument - 1);
  } else {
    char name[kNameSize];
    snprintf(name, sizeof name, "cblas_%s", routine);
    handlers.cblas_xerbla(argument, name, "");
  }
  leave_cblas();
}

void report_cblas_flags(const char* routine, const CblasFlag* flags, bool row_major) {
  while (flags->letter != 0) ++flags;
  char name[kNameSize];
  snprintf(name, sizeof name, "cblas_%s", routine);
  char form[64];
  snprintf(form, sizeof form, "Illegal %s setting, %%d\n", flags->name);
  enter_cblas(row_major);
  handlers.cblas_xerbla(flags->position, name, form, flags->value);
  leave_cblas();
}

}  // namespace switchblas::entry
