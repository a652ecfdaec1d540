/* test_rows: each row's pages were faulted by its own core (M1): the books count faults by core. test/map_reduce.c runs
 * it on 2 cores. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "devices.h"
#include "map_reduce.h"
#include "platform.h"

#define CORES_MOST 64
#define COLUMNS    64u
#define KEYS       4000u /* a core: so that a row has many pages */
#define SPELLING   12u
#define PAGE_BYTES 4096ul
#define SLACK      8 /* pages of a core's own that it may touch besides: stack, variables */

struct faults {
    struct books_core core[CORES_MOST];
};

static char words[CORES_MOST][KEYS][SPELLING];

static int64_t books;
static struct buffer buffer;

/* What all cores have counted so far. On core 0. */
static void
faults_read(struct faults *faults)
{
    buffer.header->argument[0] = 0;
    int64_t bytes = device_do((uint64_t)books, &buffer, BOOKS_CORES, sizeof(*faults));
    check_equal(cores() * sizeof(faults->core[0]), bytes);
    memcpy(faults, buffer_data(&buffer), (size_t)bytes);
}

/* What core 0 has read: before the cores emit, and afterwards. */
static struct faults before, after;

/* Shared: where each core's arena was before it emitted. */
struct test {
    const char *begun[CORES_MOST];
    struct job job;
};

/* Words that no two cores have in common, so that one core's table would not be another's by chance. */
static void
words_make(unsigned core)
{
    for (unsigned number = 0; number < KEYS; number++) {
        unsigned rest = number;
        for (unsigned at = 0; at < SPELLING; at++, rest /= 26)
            words[core][number][at] = (char)('a' + rest % 26);
        words[core][number][SPELLING - 1] = (char)('a' + core % 26);
        words[core][number][SPELLING - 2] = (char)('a' + core / 26);
    }
}

static void
emit_all(unsigned core, void *argument)
{
    struct test *test = argument;
    struct worker *worker = &test->job.workers[core];
    worker->job = &test->job;
    worker->core = core;
    worker->row = arena_take(&worker->arena, COLUMNS * sizeof(*worker->row));
    test->begun[core] = worker->arena.next;
    words_make(core);
    barrier();
    if (core == 0)
        faults_read(&before);
    barrier();
    for (unsigned number = 0; number < KEYS; number++) {
        struct key key = key_read(words[core][number], SPELLING);
        check_equal(0, map_emit(worker, &key, number));
    }
    barrier();
    if (core == 0)
        faults_read(&after);
    barrier();
}

static unsigned
row_entries(const struct worker *worker)
{
    unsigned count = 0;
    for (unsigned column = 0; column < COLUMNS; column++) {
        struct bucket_cursor place = bucket_begin(&worker->row[column]);
        for (; bucket_entry(&place); bucket_step(&place))
            count++;
    }
    return count;
}

/* Pages that end between two addresses of one chunk. */
static uint64_t
pages_between(const char *begin, const char *end)
{
    return (uint64_t)end / PAGE_BYTES - (uint64_t)begin / PAGE_BYTES;
}

int
main(void)
{
    check(cores() > 1 && cores() <= CORES_MOST);
    books = device_open("books");
    check(books > 0);
    check_equal(0, buffer_make(sizeof(struct device_buffer) + sizeof(struct faults), &buffer));
    struct test *test = memory(sizeof(*test) + cores() * sizeof(test->job.workers[0]), SHARED);
    check(test != NULL);
    test->job.cores = cores();
    test->job.columns = COLUMNS;
    check_equal(0, run_on_all(emit_all, test));
    for (unsigned core = 0; core < cores(); core++) {
        const struct worker *worker = &test->job.workers[core];
        check_equal(KEYS, row_entries(worker));
        uint64_t pages = pages_between(test->begun[core], worker->arena.next);
        uint64_t page_ins = after.core[core].page_ins - before.core[core].page_ins;
        check(pages > 10 * SLACK && pages < WINDOW_UNIT / PAGE_BYTES);
        check(page_ins >= pages && page_ins <= pages + SLACK);
        check_equal(before.core[core].late, after.core[core].late); /* nobody had been there before */
    }
    return 0;
}
