// SPDX-License-Identifier: BSD-3-Clause
// What the sweep calls: one row per family, with its arguments in the order of the Fortran routine.
// names:  ? stands for s d c z; name:t gives the type of an oddly named routine.
// result: v nothing, r real of the type, f float, d double, i integer, z complex of the type.
// cblas:  '-' none, 'f' as Fortran without an order, 'o' with the order first, 's' through a result
//         pointer (cblas_?_sub).
// arguments: characters (uplo trans transsym transher side diag norm job order), sizes (m n k kl
// ku, one), scalars (alpha beta ralpha rbeta), vectors (x+ takes positive increments only), and
// arrays: v1 u1 w1 d1 one element (u positive, w real, d double), P of
// rotm, A B C general, S dominant diagonal with rotated rows, D dominant diagonal, T triangular,
// H Hermitian, a second letter P or B for packed and band. ~ is not compared.
#pragma once

namespace sweep {

struct Row {
  const char* names;
  const char* arguments;
  char result;
  char cblas;
  char level;  ///< '1' '2' '3' 'l': decides the sizes
};

inline constexpr Row kRows[] = {
    {"?axpy", "n alpha x incx y incy", 'v', 'f', '1'},
    {"caxpyc zaxpyc", "n alpha x incx y incy", 'v', 'f', '1'},
    {"?axpby", "n alpha x incx beta y incy", 'v', 'f', '1'},
    {"?swap ?copy", "n x incx y incy", 'v', 'f', '1'},
    {"?scal", "n alpha x+ incx+", 'v', 'f', '1'},
    {"csscal zdscal", "n ralpha x+ incx+", 'v', 'f', '1'},
    {"sdot ddot", "n x incx y incy", 'r', 'f', '1'},
    {"cdotu cdotc zdotu zdotc", "n x incx y incy", 'z', 's', '1'},
    {"dsdot:s", "n x incx y incy", 'd', 'f', '1'},
    {"sdsdot:s", "n ralpha x incx y incy", 'f', 'f', '1'},
    {"snrm2 dnrm2 scnrm2:c dznrm2:z", "n x+ incx+", 'r', 'f', '1'},
    {"sasum dasum scasum:c dzasum:z", "n x+ incx+", 'r', 'f', '1'},
    // Not scsum and dzsum: every OpenBLAS 0.3.21 returns 0 for them.
    {"ssum dsum", "n x+ incx+", 'r', 'f', '1'},
    {"samax damax scamax:c dzamax:z", "n x+ incx+", 'r', '-', '1'},
    {"samin damin scamin:c dzamin:z", "n x+ incx+", 'r', '-', '1'},
    {"smax dmax smin dmin", "n x+ incx+", 'r', '-', '1'},
    {"isamax:s idamax:d icamax:c izamax:z", "n x+ incx+", 'i', 'f', '1'},
    {"isamin:s idamin:d icamin:c izamin:z", "n x+ incx+", 'i', 'f', '1'},
    {"ismax:s idmax:d ismin:s idmin:d", "n x+ incx+", 'i', 'f', '1'},
    {"srot drot csrot zdrot", "n x incx y incy ralpha rbeta", 'v', 'f', '1'},
    {"srotm drotm", "n x incx y incy P", 'v', 'f', '1'},
    {"srotg drotg", "v1 v1 v1 v1", 'v', 'f', '1'},
    {"crotg zrotg", "v1 v1 w1 v1", 'v', 'f', '1'},
    {"srotmg drotmg", "u1 u1 v1 ralpha P", 'v', 'f', '1'},
    {"scabs1:c dcabs1:z", "v1", 'r', 'f', '1'},
    {"sdotsub:s ddotsub:d cdotusub:c cdotcsub:c zdotusub:z zdotcsub:z", "n x incx y incy v1", 'v',
     '-', '1'},
    {"snrm2sub:s dnrm2sub:d sasumsub:s dasumsub:d", "n x+ incx+ v1", 'v', '-', '1'},
    {"scnrm2sub:c dznrm2sub:z scasumsub:c dzasumsub:z", "n x+ incx+ w1", 'v', '-', '1'},
    {"isamaxsub:s idamaxsub:d icamaxsub:c izamaxsub:z", "n x+ incx+ info", 'v', '-', '1'},
    {"scabs1sub:c dcabs1sub:z", "v1 w1", 'v', '-', '1'},
    {"dsdotsub:s", "n x incx y incy d1", 'v', '-', '1'},
    {"sdsdotsub:s", "n ralpha x incx y incy v1", 'v', '-', '1'},

    {"?gemv", "trans m n alpha A lda x incx beta y incy", 'v', 'o', '2'},
    {"?gbmv", "trans m n kl ku alpha AB lda x incx beta y incy", 'v', 'o', '2'},
    {"ssymv dsymv csymv zsymv", "uplo n alpha A lda x incx beta y incy", 'v', 'o', '2'},
    {"chemv zhemv", "uplo n alpha H lda x incx beta y incy", 'v', 'o', '2'},
    {"ssbmv dsbmv csbmv zsbmv", "uplo n k alpha AB lda x incx beta y incy", 'v', 'o', '2'},
    {"chbmv zhbmv", "uplo n k alpha HB lda x incx beta y incy", 'v', 'o', '2'},
    {"sspmv dspmv cspmv zspmv", "uplo n alpha AP x incx beta y incy", 'v', 'o', '2'},
    {"chpmv zhpmv", "uplo n alpha HP x incx beta y incy", 'v', 'o', '2'},
    {"?trmv ?trsv", "uplo trans diag n T lda x incx", 'v', 'o', '2'},
    {"?tbmv ?tbsv", "uplo trans diag n k TB lda x incx", 'v', 'o', '2'},
    {"?tpmv ?tpsv", "uplo trans diag n TP x incx", 'v', 'o', '2'},
    {"sger dger cgeru zgeru cgerc zgerc", "m n alpha x incx y incy A lda", 'v', 'o', '2'},
    {"ssyr dsyr csyr zsyr", "uplo n alpha x incx A lda", 'v', 'o', '2'},
    {"cher zher", "uplo n ralpha x incx H lda", 'v', 'o', '2'},
    {"sspr dspr cspr zspr", "uplo n alpha x incx AP", 'v', 'o', '2'},
    {"chpr zhpr", "uplo n ralpha x incx HP", 'v', 'o', '2'},
    {"ssyr2 dsyr2", "uplo n alpha x incx y incy A lda", 'v', 'o', '2'},
    // OpenBLAS 0.3.21 reads beside the vectors where an increment is negative.
    {"csyr2 zsyr2", "uplo n alpha x+ incx+ y+ incy+ A lda", 'v', 'o', '2'},
    {"cspr2 zspr2", "uplo n alpha x+ incx+ y+ incy+ AP", 'v', 'o', '2'},
    {"cher2 zher2", "uplo n alpha x incx y incy H lda", 'v', 'o', '2'},
    {"sspr2 dspr2", "uplo n alpha x incx y incy AP", 'v', 'o', '2'},
    {"chpr2 zhpr2", "uplo n alpha x incx y incy HP", 'v', 'o', '2'},

    {"?gemm cgemm3m zgemm3m", "trans trans m n k alpha A lda B lda beta C lda", 'v', 'o', '3'},
    {"?gemmt", "uplo trans trans n k alpha A lda B lda beta C lda", 'v', 'o', '3'},
    {"?symm", "side uplo m n alpha A lda B lda beta C lda", 'v', 'o', '3'},
    {"chemm zhemm", "side uplo m n alpha H lda B lda beta C lda", 'v', 'o', '3'},
    {"?syrk", "uplo transsym n k alpha A lda beta C lda", 'v', 'o', '3'},
    {"cherk zherk", "uplo transher n k ralpha A lda rbeta H lda", 'v', 'o', '3'},
    {"?syr2k", "uplo transsym n k alpha A lda B lda beta C lda", 'v', 'o', '3'},
    {"cher2k zher2k", "uplo transher n k alpha A lda B lda rbeta H lda", 'v', 'o', '3'},
    {"?trmm ?trsm", "side uplo trans diag m n alpha T lda B lda", 'v', 'o', '3'},
    {"?omatcopy", "order trans m n alpha A lda C lda", 'v', 'f', '3'},
    {"?imatcopy", "order trans m n alpha A lda lda", 'v', 'f', '3'},
    {"?geadd", "m n alpha A lda beta C lda", 'v', 'o', '3'},

    {"?getrf ?getf2", "m n S lda pivots info", 'v', '-', 'l'},
    {"?getrs", "trans n k D lda pivots B lda info", 'v', '-', 'l'},
    {"?gesv", "n k S lda pivots B lda info", 'v', '-', 'l'},
    {"?potrf ?potf2", "uplo n D lda info", 'v', '-', 'l'},
    {"?posv", "uplo n k D lda B lda info", 'v', '-', 'l'},
    {"?potri ?lauum ?lauu2", "uplo n T lda info", 'v', '-', 'l'},
    {"?trtri ?trti2", "uplo diag n T lda info", 'v', '-', 'l'},
    {"?trtrs", "uplo trans diag n k T lda B lda info", 'v', '-', 'l'},
    {"?laswp", "n A lda one n pivots one", 'v', '-', 'l'},
    {"?geqrf", "m n A lda x~ C~ lwork info", 'v', '-', 'l'},
    {"ssyev dsyev", "job uplo n A~ lda x+ C~ lwork info", 'v', '-', 'l'},
    {"slange dlange", "norm m n A lda C~", 'r', '-', 'l'},
    {"cladiv zladiv", "v1 v1", 'z', '-', 'l'},
};

}  // namespace sweep
