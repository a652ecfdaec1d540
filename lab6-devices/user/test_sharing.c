/* test_sharing: what N cores pay for the pages of one inner tree, as the books count it. */
#include "platform_calls.h"

#include "check.h"
#include "devices.h"
#include "print.h"
#include "start.h"

#define PAGE       4096ul
#define PAGES      256ul /* of one leaf table */
#define CORES_MOST 64

/* All cores' counts together. */
struct faults {
    uint64_t page_ins, links, late;
};

/* What the cores are to touch, and how. */
struct plan {
    char *pages;
    bool in_turn;
};

static struct buffer buffer;
static int64_t books;
static struct faults before, after;

static struct faults
faults_read(void)
{
    struct faults sum = {0};
    buffer.header->argument[0] = 0;
    int64_t bytes = device_do((uint64_t)books, &buffer, BOOKS_CORES, CORES_MOST * sizeof(struct books_core));
    check_equal(boot_page->cores * sizeof(struct books_core), bytes);
    const struct books_core *core = buffer_data(&buffer);
    for (uint64_t i = 0; i < boot_page->cores; i++) {
        sum.page_ins += core[i].page_ins;
        sum.links += core[i].link_faults;
        sum.late += core[i].late;
    }
    return sum;
}

static void
touch(char *pages)
{
    for (uint64_t i = 0; i < PAGES; i++)
        __atomic_store_n(&pages[i * PAGE], 1, __ATOMIC_RELAXED);
}

/* Core 0 reads the books while the others wait at a barrier: then nobody takes a fault. */
static void
body(unsigned core, void *argument)
{
    const struct plan *plan = argument;
    barrier();
    if (core == 0)
        before = faults_read();
    barrier();
    for (unsigned turn = 0; turn < (plan->in_turn ? cores() : 1); turn++) {
        if (!plan->in_turn || turn == core)
            touch(plan->pages);
        barrier();
    }
    if (core == 0)
        after = faults_read();
}

/* The faults that touching PAGES new pages costs all cores together. What else a body touches for the first time, the
 * first round has touched. */
static struct faults
round_run(bool in_turn)
{
    struct plan plan = {memory(PAGES * PAGE, SHARED), in_turn};
    check(plan.pages != NULL);
    check_equal(0, run_on_all(body, &plan));
    return (struct faults){after.page_ins - before.page_ins, after.links - before.links,
                           after.late - before.late};
}

int
main(void)
{
    check_equal(0,
                buffer_make(sizeof(struct device_buffer) + CORES_MOST * sizeof(struct books_core), &buffer));
    books = device_open("books");
    check(books > 0);
    struct faults seen = round_run(true);
    print("one after another: %lu pages came in, %lu links, %lu late\n", seen.page_ins, seen.links,
          seen.late);
    check_equal(PAGES, seen.page_ins);
    check_equal(cores(), seen.links); /* one leaf table, a link for each root */
    check_equal(0, seen.late);        /* what is linked is all there */

    seen = round_run(false);
    print("side by side:      %lu pages came in, %lu links, %lu late\n", seen.page_ins, seen.links,
          seen.late);
    check_equal(PAGES, seen.page_ins);
    check_equal(cores(), seen.links);
    check(seen.late <= (cores() - 1) * PAGES);
    return 0;
}
