// SPDX-License-Identifier: BSD-3-Clause
#include "base/options.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/message.h"

namespace switchblas::base {
namespace {

constexpr int kMaxThreads = 65535;
constexpr int kMaxVerbose = 2;

constexpr OptionInfo kOptions[] = {
    {"SWITCHBLAS_DISABLE", "0|1", "0", "1 passes every call to one library, untouched."},
    {"SWITCHBLAS_BACKEND", "auto|openblas|blis|reference|/FILE", "auto",
     "Sends all calls to this library, or as the table says with auto."},
    {"SWITCHBLAS_NUM_THREADS", "N", "0 (no limit of its own)",
     "The most threads that a call may use."},
    {"SWITCHBLAS_REPRODUCIBLE", "0|1", "0",
     "1 makes results independent of what else runs: calls wait for each other."},
    {"SWITCHBLAS_TABLE", "FILE", "the tuned table of this machine, else a built-in one",
     "A compiled table to use in place of the one that would be found."},
    {"SWITCHBLAS_OFF", "LIST", "none",
     "Routines or families that are not routed, with commas: dgemm,trsm."},
    {"SWITCHBLAS_OPENBLAS", "/FILE", "the distribution's OpenMP build",
     "The OpenBLAS library to load."},
    {"SWITCHBLAS_BLIS", "/FILE", "the distribution's OpenMP build", "The BLIS library to load."},
    {"SWITCHBLAS_REFERENCE_BLAS", "/FILE", "the distribution's reference BLAS",
     "The reference BLAS library to load."},
    {"SWITCHBLAS_REFERENCE_LAPACK", "/FILE", "the distribution's reference LAPACK",
     "The reference LAPACK library to load."},
    {"SWITCHBLAS_VERBOSE", "0|1|2", "0",
     "What is told on stderr: 0 warnings only, 1 what was loaded, 2 details."},
};

// One place per option that keeps text: the environment may change under us after start.
enum TextSlot {
  kBackendText,
  kTableText,
  kOffText,
  kOpenblasText,
  kBlisText,
  kReferenceBlasText,
  kReferenceLapackText,
  kMachineRootText,
  kTextSlots
};
char texts[kTextSlots][PATH_MAX];

const char* keep(TextSlot slot, const char* name, const char* value) {
  const std::size_t length = strlen(value);
  if (length >= sizeof texts[slot]) {
    warn("%s is longer than %zu characters: ignored", name, sizeof texts[slot] - 1);
    return nullptr;
  }
  memcpy(texts[slot], value, length + 1);
  return texts[slot];
}

// An empty variable counts as unset, as the shell makes it hard to tell them apart.
const char* value_of(GetEnv get, const char* name) {
  const char* value = get(name);
  return value != nullptr && *value != '\0' ? value : nullptr;
}

int number_of(GetEnv get, const char* name, int highest) {
  const char* value = value_of(get, name);
  if (value == nullptr) return 0;
  long number = 0;
  for (const char* at = value; *at != '\0'; ++at) {
    if (*at < '0' || *at > '9' || number > highest) {
      number = -1;
      break;
    }
    number = number * 10 + (*at - '0');
  }
  if (number < 0 || number > highest) {
    warn("%s=%s: not a number from 0 to %d: ignored", name, value, highest);
    return 0;
  }
  return static_cast<int>(number);
}

// dlopen() searches for a name without a slash, and would find ourselves under the BLAS names.
const char* library_of(GetEnv get, const char* name, TextSlot slot) {
  const char* value = value_of(get, name);
  if (value == nullptr) return nullptr;
  if (*value != '/') {
    warn("%s=%s: give the library's absolute path: ignored", name, value);
    return nullptr;
  }
  return keep(slot, name, value);
}

void read_backend(GetEnv get, Options& options) {
  constexpr const char* name = "SWITCHBLAS_BACKEND";
  const char* value = value_of(get, name);
  if (value == nullptr) return;
  if (strcasecmp(value, "auto") == 0) {
    options.backend = BackendChoice::automatic;
  } else if (strcasecmp(value, "openblas") == 0) {
    options.backend = BackendChoice::openblas;
  } else if (strcasecmp(value, "blis") == 0) {
    options.backend = BackendChoice::blis;
  } else if (strcasecmp(value, "reference") == 0) {
    options.backend = BackendChoice::reference;
  } else if (*value == '/') {
    options.backend_file = keep(kBackendText, name, value);
    if (options.backend_file != nullptr) options.backend = BackendChoice::file;
  } else {
    warn(
        "%s=%s is not known: use auto, openblas, blis, reference or the absolute path of a "
        "library; using auto",
        name, value);
  }
}

bool name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

void read_off(GetEnv get, Options& options) {
  constexpr const char* name = "SWITCHBLAS_OFF";
  const char* value = value_of(get, name);
  if (value == nullptr) return;
  for (const char* at = value; *at != '\0'; ++at) {
    if (name_character(*at) || *at == ',' || *at == ' ') continue;
    warn("%s=%s: give names of routines or families with commas, as in dgemm,trsm: ignored", name,
         value);
    return;
  }
  options.off = keep(kOffText, name, value);
}

bool same_name(const char* item, std::size_t length, const char* name) {
  return strlen(name) == length && strncasecmp(item, name, length) == 0;
}

bool type_letter(char c) { return c != '\0' && strchr("sdczSDCZ", c) != nullptr; }

// "gemm" is the family of "dgemm", "asum" that of "dzasum", "iamax" that of "idamax".
bool is_family(const char* item, std::size_t length, const char* name) {
  if (type_letter(name[0])) {
    if (same_name(item, length, name + 1)) return true;
    return type_letter(name[1]) && same_name(item, length, name + 2);
  }
  const bool index = name[0] == 'i' && type_letter(name[1]);
  return index && length >= 1 && (item[0] == 'i' || item[0] == 'I') &&
         same_name(item + 1, length - 1, name + 2);
}

}  // namespace

const OptionInfo* options_table(std::size_t& count) noexcept {
  count = sizeof kOptions / sizeof kOptions[0];
  return kOptions;
}

Options read_options(GetEnv get, bool secure) noexcept {
  Options options;
  if (secure) return options;
  options.disable = number_of(get, "SWITCHBLAS_DISABLE", 1) == 1;
  read_backend(get, options);
  options.num_threads = number_of(get, "SWITCHBLAS_NUM_THREADS", kMaxThreads);
  options.reproducible = number_of(get, "SWITCHBLAS_REPRODUCIBLE", 1) == 1;
  if (const char* table = value_of(get, "SWITCHBLAS_TABLE")) {
    options.table_file = keep(kTableText, "SWITCHBLAS_TABLE", table);
  }
  read_off(get, options);
  options.openblas_file = library_of(get, "SWITCHBLAS_OPENBLAS", kOpenblasText);
  options.blis_file = library_of(get, "SWITCHBLAS_BLIS", kBlisText);
  options.reference_blas_file = library_of(get, "SWITCHBLAS_REFERENCE_BLAS", kReferenceBlasText);
  options.reference_lapack_file =
      library_of(get, "SWITCHBLAS_REFERENCE_LAPACK", kReferenceLapackText);
  options.verbose = number_of(get, "SWITCHBLAS_VERBOSE", kMaxVerbose);
  return options;
}

const char* read_machine_root(GetEnv get, bool secure) noexcept {
  const char* value = secure ? nullptr : value_of(get, "SWITCHBLAS_MACHINE_ROOT");
  const char* kept =
      value != nullptr ? keep(kMachineRootText, "SWITCHBLAS_MACHINE_ROOT", value) : nullptr;
  return kept != nullptr ? kept : "";
}

bool listed(const char* list, const char* name) noexcept {
  if (list == nullptr || name == nullptr || *name == '\0') return false;
  while (*list != '\0') {
    list += strspn(list, ", ");
    const std::size_t length = strcspn(list, ", ");
    if (length > 0 && (same_name(list, length, name) || is_family(list, length, name))) return true;
    list += length;
  }
  return false;
}

}  // namespace switchblas::base
