// SPDX-License-Identifier: BSD-3-Clause
// Illegal arguments: told to the caller's own xerbla_ or cblas_xerbla where it has one, else said
// on stderr.
#pragma once

#include "entry/own.h"

namespace switchblas::entry {

/// Calls xerbla_ with the routine's name in upper case, as the Fortran routine itself would.
/// It may not return: programs leave it by longjmp or an exception.
void report_fortran(const char* routine, int argument);

/// Tells of an illegal size, leading dimension or increment of a CBLAS function as the reference
/// CBLAS does. `routine` is the catalogue's name, `argument` counts from 1 and includes the layout;
/// what row-major exchanges keeps its Fortran place (RowMajorStrg lets the handler put it right).
/// A caller that has its own xerbla_ and not its own cblas_xerbla gets the former: in the reference
/// the Fortran routine would have called it.
void report_cblas(const char* routine, int argument, bool row_major);

/// An enumeration of a CBLAS call and what became of it.
struct CblasFlag {
  int position;
  const char* name;
  int value;
  char letter;  ///< 0 if the value is illegal
};

/// Tells cblas_xerbla of the first illegal flag of a list that has one.
void report_cblas_flags(const char* routine, const CblasFlag* flags, bool row_major);

/// The functions that are called: the caller's, found by the object that it linked to or preloaded;
/// our own where it has none.
struct Handlers {
  void (*xerbla)(const char* name, const int* info, unsigned long length) = own_xerbla_;
  void (*cblas_xerbla)(int argument, const char* routine, const char* form, ...) = own_cblas_xerbla;
  int* row_major = nullptr;      ///< RowMajorStrg
  int* called_from_c = nullptr;  ///< CBLAS_CallFromC
  void* ilaenv = nullptr;        ///< the caller's own ilaenv_, nullptr if it has none
  void* ilaenv2stage = nullptr;
};
extern Handlers handlers;

}  // namespace switchblas::entry
