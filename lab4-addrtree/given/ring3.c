/* What the processor needs to know about ring 3, and the C side of system calls. */
#include "call.h"
#include "core.h"
#include "machine.h"
#include "program.h"
#include "startup.h"

/* Flags that `syscall` clears: all that ring 3 could have set and that would mean something to the kernel.
 * SDM vol. 3A, 2.3. */
#define FLAG_TRAP      (1ul << 8)
#define FLAG_INTERRUPT (1ul << 9)
#define FLAG_DIRECTION (1ul << 10)
#define FLAG_NESTED    (1ul << 14)
#define FLAG_ALIGNMENT (1ul << 18)

/* SDM vol. 3A, 2.5: the vector unit is on, for ring 3. */
#define CR0_MONITOR   (1ul << 1)
#define CR0_EMULATE   (1ul << 2)
#define CR0_SWITCHED  (1ul << 3)
#define CR0_NUMERIC   (1ul << 5)
#define CR4_FXSAVE    (1ul << 9)
#define CR4_EXCEPTION (1ul << 10)

EACH_CORE(30, ring3)
{
    msr_write(MSR_EFER, msr_read(MSR_EFER) | EFER_SYSCALL);
    /* syscall loads the first selector, sysret those 8 and 16 above the second: SDM vol. 2B, SYSCALL and SYSRET */
    msr_write(MSR_STAR, (uint64_t)SELECTOR_KERNEL_CODE << 32 | (uint64_t)(SELECTOR_USER_DATA - 8) << 48);
    msr_write(MSR_LSTAR, (uint64_t)syscall_entry);
    msr_write(MSR_SFMASK, FLAG_TRAP | FLAG_INTERRUPT | FLAG_DIRECTION | FLAG_NESTED | FLAG_ALIGNMENT);
    msr_write(MSR_KERNEL_GS_BASE, 0);

    uint64_t cr0, cr4;
    __asm__("mov %%cr0, %0" : "=r"(cr0));
    cr0 = (cr0 & ~(CR0_EMULATE | CR0_SWITCHED)) | CR0_MONITOR | CR0_NUMERIC;
    __asm__ volatile("mov %0, %%cr0" ::"r"(cr0));
    __asm__("mov %%cr4, %0" : "=r"(cr4));
    __asm__ volatile("mov %0, %%cr4" ::"r"(cr4 | CR4_FXSAVE | CR4_EXCEPTION));
}

struct call_result
call_enter(uint64_t number, const uint64_t arguments[6])
{
    core_enter();
    struct call_result result = call_dispatch(number, arguments);
    core_leave();
    return result;
}

void
call_refuse(uint64_t rip)
{
    core_enter();
    program_end(&(struct program_end){.reason = END_FAULT, .status = VECTOR_PROTECTION, .rip = rip});
}
