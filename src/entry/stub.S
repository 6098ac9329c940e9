// SPDX-License-Identifier: BSD-3-Clause
// The exported symbols of one object: each jumps through its slot and touches nothing else, so that arguments,
// stack, hidden string lengths and results pass as they are. SWITCHBLAS_STUBS names the list (STUB symbol, slot,
// id) that the catalogue gives for the object.

#if defined(__x86_64__)
#include <cet.h>

    .macro STUB symbol, slot, id
    .text
    .p2align 4
    .globl \symbol
    .type \symbol, @function
\symbol:
    .cfi_startproc
    _CET_ENDBR
    jmp *(switchblas_slots + 8 * \slot)(%rip)
    .cfi_endproc
    .size \symbol, . - \symbol
.Lfirst\slot:
    _CET_ENDBR
    movl $\slot, %r11d
    jmp switchblas_resolve
    STUB_DATA \symbol, \slot, \id
    .endm

#elif defined(__aarch64__)

    .macro STUB symbol, slot, id
    .text
    .p2align 4
    .globl \symbol
    .type \symbol, %function
\symbol:
    .cfi_startproc
    hint 34 // bti c
    adrp x16, switchblas_slots + 8 * \slot
    add x16, x16, :lo12:(switchblas_slots + 8 * \slot)
    ldar x16, [x16] // a thread that sees the function must see the library that it lies in
    br x16
    .cfi_endproc
    .size \symbol, . - \symbol
.Lfirst\slot:
    hint 34
    mov w17, #\slot
    b switchblas_resolve
    STUB_DATA \symbol, \slot, \id
    .endm

#else
#error "stubs are written for x86-64 and arm64"
#endif

    .macro STUB_DATA symbol, slot, id
    .section .data.switchblas_slots, "aw"
    .quad .Lfirst\slot
    .section .rodata.switchblas_symbols, "a"
    .short \id
    .section .rodata.switchblas_names, "a"
    .asciz "\symbol"
    .endm

    .section .data.switchblas_slots, "aw"
    .p2align 6
    .hidden switchblas_slots
    .globl switchblas_slots
switchblas_slots:
    .section .rodata.switchblas_symbols, "a"
    .p2align 3
    .hidden switchblas_symbols
    .globl switchblas_symbols
switchblas_symbols:
    .section .rodata.switchblas_names, "a"
    .hidden switchblas_names
    .globl switchblas_names
switchblas_names:

#include SWITCHBLAS_STUBS

    .section .rodata.switchblas_count, "a"
    .p2align 2
    .hidden switchblas_count
    .globl switchblas_count
switchblas_count:
    .long stub_count

// The way of a first call: every register that can carry an argument is kept, the slot is filled, and the call goes on
// through it.
    .text
    .p2align 4
    .hidden switchblas_first_call
#if defined(__x86_64__)
    .type switchblas_resolve, @function
switchblas_resolve:
    .cfi_startproc
    pushq %rbp
    .cfi_def_cfa_offset 16
    .cfi_offset %rbp, -16
    movq %rsp, %rbp
    .cfi_def_cfa_register %rbp
    andq $-16, %rsp
    subq $208, %rsp
    movq %rax, 0(%rsp)
    movq %rdi, 8(%rsp)
    movq %rsi, 16(%rsp)
    movq %rdx, 24(%rsp)
    movq %rcx, 32(%rsp)
    movq %r8, 40(%rsp)
    movq %r9, 48(%rsp)
    movq %r10, 56(%rsp)
    movq %r11, 64(%rsp)
    movaps %xmm0, 80(%rsp)
    movaps %xmm1, 96(%rsp)
    movaps %xmm2, 112(%rsp)
    movaps %xmm3, 128(%rsp)
    movaps %xmm4, 144(%rsp)
    movaps %xmm5, 160(%rsp)
    movaps %xmm6, 176(%rsp)
    movaps %xmm7, 192(%rsp)
    movl %r11d, %edi
    call switchblas_first_call
    movaps 80(%rsp), %xmm0
    movaps 96(%rsp), %xmm1
    movaps 112(%rsp), %xmm2
    movaps 128(%rsp), %xmm3
    movaps 144(%rsp), %xmm4
    movaps 160(%rsp), %xmm5
    movaps 176(%rsp), %xmm6
    movaps 192(%rsp), %xmm7
    movq 0(%rsp), %rax
    movq 8(%rsp), %rdi
    movq 16(%rsp), %rsi
    movq 24(%rsp), %rdx
    movq 32(%rsp), %rcx
    movq 40(%rsp), %r8
    movq 48(%rsp), %r9
    movq 64(%rsp), %r11
    leave
    .cfi_def_cfa %rsp, 8
    leaq switchblas_slots(%rip), %r10
    jmp *(%r10, %r11, 8)
    .cfi_endproc
    .size switchblas_resolve, . - switchblas_resolve
#else
    .type switchblas_resolve, %function
switchblas_resolve:
    .cfi_startproc
    stp x29, x30, [sp, #-224]!
    .cfi_def_cfa_offset 224
    .cfi_offset x29, -224
    .cfi_offset x30, -216
    mov x29, sp
    stp x0, x1, [sp, #16]
    stp x2, x3, [sp, #32]
    stp x4, x5, [sp, #48]
    stp x6, x7, [sp, #64]
    stp x8, x17, [sp, #80]
    stp q0, q1, [sp, #96]
    stp q2, q3, [sp, #128]
    stp q4, q5, [sp, #160]
    stp q6, q7, [sp, #192]
    mov w0, w17
    bl switchblas_first_call
    ldp q0, q1, [sp, #96]
    ldp q2, q3, [sp, #128]
    ldp q4, q5, [sp, #160]
    ldp q6, q7, [sp, #192]
    ldp x0, x1, [sp, #16]
    ldp x2, x3, [sp, #32]
    ldp x4, x5, [sp, #48]
    ldp x6, x7, [sp, #64]
    ldp x8, x17, [sp, #80]
    ldp x29, x30, [sp], #224
    .cfi_restore x30
    .cfi_restore x29
    .cfi_def_cfa_offset 0
    adrp x16, switchblas_slots
    add x16, x16, :lo12:switchblas_slots
    add x16, x16, x17, lsl #3
    ldar x16, [x16]
    br x16
    .cfi_endproc
    .size switchblas_resolve, . - switchblas_resolve

// BTI: every indirect target above begins with bti c; x30 is not signed, for nothing returns through a stub.
    .section .note.gnu.property, "a"
    .p2align 3
    .long 4
    .long 16
    .long 5
    .asciz "GNU"
    .long 0xc0000000
    .long 4
    .long 1
    .long 0
#endif

    .section .note.GNU-stack, "", %progbits
