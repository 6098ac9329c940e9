! SPDX-License-Identifier: BSD-3-Clause
! A Fortran program that only computes: functions with each kind of result, and LAPACK with strings.
program plain
  implicit none
  integer, parameter :: dp = kind(1d0), n = 40
  real(dp) :: a(n, n), b(n, n), c(n, n), lu(n, n), x(n), work(64 * n)
  complex(dp) :: z(3)
  complex :: w(3)
  integer :: pivots(n), info, i
  real(dp), external :: ddot, dnrm2, dlange
  real, external :: sdot
  complex(dp), external :: zdotc
  complex, external :: cdotu
  integer, external :: idamax, ilaenv
  logical, external :: lsame

  call random_number(a)
  call random_number(b)
  call dgemm('N', 'T', n, n, n, 2d0, a, n, b, n, 0d0, c, n)
  call expect(maxval(abs(c - 2 * matmul(a, transpose(b)))) < 1d-10, 'dgemm')

  z = [(1d0, 2d0), (0d0, -1d0), (3d0, 0d0)]
  w = cmplx(z)
  call expect(abs(zdotc(3, z, 1, z, 1) - 15) < 1d-12, 'zdotc')
  call expect(abs(cdotu(3, w, 1, w, 1) - (5.0, 4.0)) < 1e-5, 'cdotu')
  call expect(abs(sdot(3, [1.0, 2.0, 3.0], 1, [1.0, 1.0, 1.0], 1) - 6.0) < 1e-6, 'sdot')
  call expect(ddot(2, [1d0, 2d0], 1, [3d0, 4d0], 1) == 11, 'ddot')
  call expect(abs(dnrm2(2, [3d0, 4d0], 1) - 5) < 1d-14, 'dnrm2')
  call expect(idamax(3, [1d0, -5d0, 2d0], 1) == 2, 'idamax')
  call expect(lsame('n', 'N'), 'lsame')

  do i = 1, n
    a(i, i) = a(i, i) + n
    x(i) = i
  end do
  lu = a
  b(:, 1) = matmul(a, x)
  call dgesv(n, 1, lu, n, pivots, b, n, info)
  call expect(info == 0 .and. maxval(abs(b(:, 1) - x)) < 1d-9, 'dgesv')
  call expect(abs(dlange('One', n, n, a, n, work) - maxval(sum(abs(a), 1))) < 1d-10, 'dlange')
  call expect(ilaenv(1, 'DGEQRF', ' ', n, n, -1, -1) >= 1, 'ilaenv')
  print '(a)', 'ok'
contains
  subroutine expect(right, name)
    logical, intent(in) :: right
    character(*), intent(in) :: name
    if (right) return
    print '(2a)', 'FAILED ', name
    stop 1
  end subroutine
end program
