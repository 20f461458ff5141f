/* x86-64: the switch between fibers, the entry of a new one, and the entries of those hooks that compare the caller's state with an earlier
 * visit. All that depends on the processor is here and in x86_64.cpp.
 *
 * A fiber's saved state is its stack pointer; the callee-saved registers are on its stack. The control words of the floating-point units
 * are shared by all fibers. */
        .text

/* void proberen_switch(void** save, void* to, unsigned long thread_pointer)
 * Saves the running fiber in *save and goes on with `to`; a thread_pointer of 0 leaves that register alone. */
        .globl  proberen_switch
        .hidden proberen_switch
        .type   proberen_switch, @function
proberen_switch:
        .cfi_startproc
        pushq   %rbp
        pushq   %rbx
        pushq   %r12
        pushq   %r13
        pushq   %r14
        pushq   %r15
        movq    %rsp, (%rdi)
        movq    %rsi, %rsp
        testq   %rdx, %rdx
        jz      2f
        cmpb    $0, proberen_has_fsgsbase(%rip)
        jz      1f
        wrfsbase %rdx
        jmp     2f
1:      movl    $158, %eax              /* arch_prctl(ARCH_SET_FS, …) */
        movl    $0x1002, %edi
        movq    %rdx, %rsi
        syscall
2:      popq    %r15
        popq    %r14
        popq    %r13
        popq    %r12
        popq    %rbx
        popq    %rbp
        ret
        .cfi_endproc
        .size   proberen_switch, .-proberen_switch

/* Where a new fiber starts: with its argument in r12 and nobody to return to. */
        .globl  proberen_fiber_entry
        .hidden proberen_fiber_entry
        .type   proberen_fiber_entry, @function
proberen_fiber_entry:
        .cfi_startproc
        .cfi_undefined rip
        xorl    %ebp, %ebp
        movq    %r12, %rdi
        call    proberen_fiber_main
        ud2
        .cfi_endproc
        .size   proberen_fiber_entry, .-proberen_fiber_entry

/* A hook that a loop may come back to. Explored, it leaves the callee-saved registers on the stack beneath the return address, notes where
 * (proberen_frame: r15 r14 r13 r12 rbx rbp return-address, then the caller's frame) and calls <name>_explored with the arguments that it got
 * in registers; else it is <name>_native. */
        .macro  hook name
        .globl  \name
        .type   \name, @function
        .hidden proberen_explored_\name
        .hidden proberen_native_\name
\name:
        .cfi_startproc
        movq    proberen_mode@gottpoff(%rip), %rax
        cmpl    $1, %fs:(%rax)
        jne     proberen_native_\name
        pushq   %rbp
        .cfi_adjust_cfa_offset 8
        pushq   %rbx
        .cfi_adjust_cfa_offset 8
        pushq   %r12
        .cfi_adjust_cfa_offset 8
        pushq   %r13
        .cfi_adjust_cfa_offset 8
        pushq   %r14
        .cfi_adjust_cfa_offset 8
        pushq   %r15
        .cfi_adjust_cfa_offset 8
        movq    proberen_frame@gottpoff(%rip), %rax
        movq    %rsp, %fs:(%rax)
        subq    $8, %rsp
        .cfi_adjust_cfa_offset 8
        call    proberen_explored_\name
        addq    $56, %rsp               /* the registers are unchanged: every callee has kept them */
        .cfi_adjust_cfa_offset -56
        ret
        .cfi_endproc
        .size   \name, .-\name
        .endm

        .irp    size, 8, 16, 32, 64, 128
        hook    __tsan_atomic\size\()_load
        hook    __tsan_atomic\size\()_compare_exchange_strong
        hook    __tsan_atomic\size\()_compare_exchange_weak
        hook    __tsan_atomic\size\()_compare_exchange_val
        hook    __tsan_atomic\size\()_exchange
        hook    __tsan_atomic\size\()_fetch_add
        hook    __tsan_atomic\size\()_fetch_sub
        hook    __tsan_atomic\size\()_fetch_and
        hook    __tsan_atomic\size\()_fetch_or
        hook    __tsan_atomic\size\()_fetch_xor
        hook    __tsan_atomic\size\()_fetch_nand
        .endr
        hook    __atomic_load
        hook    __atomic_exchange
        hook    __atomic_compare_exchange
        hook    pthread_mutex_lock
        hook    pthread_rwlock_rdlock
        hook    pthread_rwlock_wrlock
        hook    pthread_spin_lock
        hook    mtx_lock
        hook    pthread_mutex_trylock
        hook    pthread_rwlock_tryrdlock
        hook    pthread_rwlock_trywrlock
        hook    pthread_spin_trylock
        hook    sem_trywait
        hook    mtx_trylock
        hook    pthread_tryjoin_np

/* A plain read is such a hook only where races are explored. */
        .macro  read_hook name
        .globl  \name
        .type   \name, @function
        .hidden proberen_plain_\name
\name:
        cmpb    $0, proberen_spins_on_plain_reads(%rip)
        jz      proberen_plain_\name
        jmp     proberen_spinning_\name
        .size   \name, .-\name
        hook    proberen_spinning_\name
        .hidden proberen_spinning_\name
        .endm

        .irp    size, 1, 2, 4, 8, 16
        read_hook __tsan_read\size
        .endr

        .section .note.GNU-stack, "", @progbits
