"""Linux's best honest setting, as words of its command line, each with its reason.

Whatever costs Linux something that Corey does not do is off, and whatever helps a program that has its
processors to itself is on. Not here: how cores idle and how large pages are, which a run may choose.
"""

SETTINGS = (
    # What Corey does not do either.
    ("mitigations=off", "no page-table isolation, no retpolines: Corey guards against no speculation"),
    ("init_on_alloc=0", "Debian has the kernel zero each object that it allocates for itself"),
    ("randomize_kstack_offset=off", "Debian draws a number at each system call"),
    ("audit=0", "no audit of system calls"),
    ("lsm=", "no security modules: no hooks in mmap, open and fork"),
    ("cgroup_disable=memory", "no page is charged to a control group"),
    ("psi=0", "no book-keeping of pressure in the scheduler"),
    ("nowatchdog", "no timer that looks for stuck processors; on a slow host it would find some"),
    ("rcupdate.rcu_cpu_stall_suppress=1", "nor one that looks for stalls"),
    ("no5lvl", "page tables of four levels, as Corey's: a walk is shorter by one"),
    # What suits a program that has the machine to itself.
    ("preempt=none", "the kernel's own work is not interrupted for another thread: throughput before latency"),
    ("numa_balancing=disable", "threads are pinned and touch their pages first: no faults to find out who uses what"),
    ("skew_tick=1", "ticks of the processors come one after another, and do not meet in the same lock"),
    ("tsc=reliable", "the counter is the clock, read in ring 3, and nobody watches it"),
    # Each run alike, and soon.
    ("nokaslr", "the kernel's symbols are where System.map says"),
    ("norandmaps", "and a program's addresses are the same in each run"),
    ("cryptomgr.notests", "no tests of the kernel's own ciphers, which are more than half of all that booting takes"),
    # The machine ends whatever happens: a panic resets it, and QEMU's -no-reboot makes an end of that.
    ("panic=-1", "without waiting"),
    ("oops=panic", "an error in the kernel is a panic"),
    ("reboot=t", "by a triple fault: no device is asked"),
    # The console.
    ("console=ttyS0", "where a panic is read"),
    ("quiet", "nothing else is said: a serial line is slow"),
    ("no_timer_check", "a slow host makes this check of the interrupt controller fail"),
)

# How a processor without work waits. `halt` is what Linux does by itself: hlt, until an interrupt wakes it. `poll`
# wakes sooner and without an interrupt, but what it spends meanwhile is counted as the kernel's. The two are alike
# while a program has all processors: its cores wait for each other in ring 3.
IDLE = {"halt": [], "poll": ["idle=poll"]}

# Pages of 4 KiB, as in all experiments of the paper's; or what Debian does, huge ones wherever they fit, which is in
# private memory: what processes share has small ones.
HUGE_PAGES = {False: ["transparent_hugepage=never"], True: ["transparent_hugepage=always"]}


def kernel_words(idle, huge_pages):
    """The command line up to init's own words."""
    return [word for word, _ in SETTINGS] + IDLE[idle] + HUGE_PAGES[huge_pages]
