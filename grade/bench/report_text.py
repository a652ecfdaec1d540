"""Sentences of the report: what the paper says of each figure, how a figure is to be read, what the models are.

"Corey: An Operating System for Many Cores", Boyd-Wickizer et al., OSDI 2008, measured 16 cores: four Opterons with four
each. What we tell of its curves is from memory where it says "about".
"""

PAPER = {
    "memclone": "The paper's memclone fills 100 MiB a core, on 1 to 16 cores. About its curves: with Linux threads a page"
                " costs more with each core, as all faults meet in one address space; Linux processes and Corey, where each"
                " core has page tables of its own, scale.",
    "mempass": "The paper passes one buffer of 100 MiB from core to core. Page tables that the cores share, Corey's address"
               " tree and Linux threads alike, do about equally well; in separate address spaces every core faults in"
               " every page again.",
    "shares": "The paper has each core add a segment to a share and remove it. With one share for all throughput stops"
              " growing at about 3 cores; with a share for each core it grows about perfectly.",
    "segments": "Not one of the paper's figures. It is the same question, asked of making objects: private work of the"
                " kernel's, which nobody else can name.",
    "locks": "Not one of the figures that we reproduce. It shows what the paper builds on: a lock whose waiters all watch"
             " one line slows its holder down, and one whose waiters stand in line does not.",
    "locks_linux": "Not one of them either. The same programs on Linux: the kernel has no part in it, so the curves are to be those of the figure"
                   " above. Where they are not, look at where memory lies, and at the ticks of Linux's timer.",
    "null": "The paper's claim is about scaling, not about thin kernels; this figure says how much of a difference between"
            " the systems is owed to a thin one.",
    "fault": "Not one of the paper's figures; it is memclone's question, asked of few pages: fresh ones, touched by all cores"
             " at once.",
    "forks": "The paper's cfork starts the copy on another core, which gets share, address tree and copied segments of its"
             " own. We take no number of the paper's for it. A parent and its child use two cores, so half as many parents as"
             " cores work side by side; on one core Corey has no place for a child.",
    "wri": "The paper's reverse index of 1 GiB of words was 25 % faster on Corey than on Linux with 16 cores, below 8 cores"
           " about 1 % slower; about all of the difference was in the reduce phase.",
}

READING = {
    "memclone": "Lower is better, and flat is perfect. The limit is what it takes one socket's memory to serve one page to"
                " each of its cores, if each line is fetched once and none is written back; no system can be below it for"
                " long, and caches that still hold a page's lines let it be there for a while.",
    "mempass": "Lower is better. The first core finds the pages absent; what the others pay is in the mean. A buffer of 4 MiB"
               " stays in the last caches on its way; one of 100 MiB does not, and each core fetches anew what it touches.",
    "shares": "Higher is better; a straight rise to the right is perfect scaling. An operation is both: in and out.",
    "segments": "Higher is better. An operation is both: made and given up.",
    "locks": "The acquisitions are divided among the cores: lower is better, and flat from the second core on is all that a"
             " lock can do whose critical sections come one after another.",
    "locks_linux": "To be read as the figure above.",
    "null": "Lower is better, flat is perfect.",
    "fault": "Lower is better, flat is perfect. A fault zeroes its page, so the limit of memory's bandwidth is that of memclone.",
    "forks": "Lower is better, flat is perfect. Corey's copy takes a core of its own from a pool, Linux's a processor that"
             " its parent may use.",
    "wri": "Higher is better. Each system is compared with its own one core; the table below has all systems' cycles a word.",
}

MODELS = {
    "blocking": "An instruction waits for each line that the core's second-level cache does not hold. That overcharges"
                " stores, and misses that real cores have in flight side by side.",
    "generous": "Ten misses are in flight side by side, and stores leave through a buffer. That undercharges code in which"
                " each miss must wait for the one before: lists and trees.",
}

# What is shared in "Corey, everything shared".
EVERYTHING = ("\u201cCorey, everything shared\u201d is the same kernel, and the same programs, with one address tree that"
              " holds all memory of all cores, and one share that names all; a fault locks no"
              " more than the segment that it is in, as in Linux no more than a leaf table. It tells what comes from controlling sharing from what comes"
              " from a thin kernel.")
SIMULATED = ("Nothing here was measured on such a machine: it is simulated, and the cycles are the simulator's"
             " (grade/manycore/README.md says what it models). Equal sources, sizes and settings give equal digits.")
NAMES = ("Names are those of functions and, behind them, of the memory whose lines cost most, as grade/manycore finds them."
         " Percentages are of the cycles of all cores in the region: waiting is ring 3's, for other cores; asleep is a core"
         " that has nothing to do. Corey's memory is looked at when"
         " the last program has ended: what an earlier one has given up by then is \u201cfree at the end\u201d.")
ONE_MODEL = ("One model of a core only. What holds in one need not hold in the other: FULL=1, or MODEL='blocking generous',"
             " asks both, and says of each conclusion whether it holds in both.")
ANSWERS = ("What the programs are for: they count the words of a book and of generated text, and index them (wc, wri), in QEMU"
           " without the simulator, and on this host's Linux (linux-host). Every line of their answers was compared with that"
           " of an independent program. How long it took says nothing about Corey, and is left out.")
SIZES = ("The figures above are of small sizes, which are simulated in minutes. Here most of the experiments run with a larger one,"
         " too, up to the paper's 100 MiB of memory, and each run has a boot of its own, so that it finds no memory that another has"
         " left in the caches. Where the last column is near 0, the size of the figures tells the same as the largest. It is not"
         " in mempass: a small buffer stays in the last cache from core to core, one of 100 MiB is fetched from memory. That"
         " costs every system about as much, and so brings their ratio nearer to 1. Most is concluded from ratios: they stand in"
         " rows of their own.")
