/* Tests of the read-write lock. R1 to R3 are those of rw_lock.h. */
#include "rw_lock.h"

#include "core_test.h"
#include "interleave.h"
#include "machine.h"
#include "test.h"

RW_LOCK(lock);

static struct mcs_node nodes[2];

static uint64_t
reader_line(uint32_t core)
{
    return CORE_AT(core, lock_readers)->since;
}

TEST(rw_lock_state)
{
    uint32_t other = test_add_core();
    rw_read_lock(&lock);
    test_as_core(other);
    rw_read_lock(&lock); /* readers do not keep each other out */
    check_equal(1, reader_line(0));
    check_equal(1, reader_line(other));
    rw_read_unlock(&lock);
    check_equal(1, reader_line(0)); /* and write only their own lines */
    check_equal(0, reader_line(other));
    test_as_core(0);
    rw_read_unlock(&lock);
    check_equal(0, reader_line(0));

    rw_write_lock(&lock, &nodes[0]);
    check_equal(1, lock.turn);
    check(lock.writers.tail == &nodes[0]);
    rw_write_unlock(&lock, &nodes[0]);
    check_equal(2, lock.turn);
    check(lock.writers.tail == NULL);
    rw_read_lock(&lock);
    check_equal(3, reader_line(0));
    rw_read_unlock(&lock);
}

/* Each core's line is its own: no two readers ever write one line. */
TEST(rw_lock_lines_apart)
{
    uint32_t other = test_add_core();
    uintptr_t own = (uintptr_t)CORE_AT(0, lock_readers), theirs = (uintptr_t)CORE_AT(other, lock_readers);
    check_equal(0, own % CACHE_LINE);
    check_equal(0, theirs % CACHE_LINE);
    check(own != theirs);
    check_equal(CACHE_LINE, sizeof(struct rw_reader));
    check(&lock.turn != (uint64_t *)&lock.writers);
    check((uintptr_t)&lock.writers / CACHE_LINE != (uintptr_t)&lock.turn / CACHE_LINE);
}

static void
read_lock(__attribute__((unused)) void *argument)
{
    rw_read_lock(&lock);
}

static void
read_unlock(__attribute__((unused)) void *argument)
{
    rw_read_unlock(&lock);
}

static void
write_lock(void *node)
{
    rw_write_lock(&lock, node);
}

static void
write_unlock(void *node)
{
    rw_write_unlock(&lock, node);
}

TEST(rw_lock_misuse_panics)
{
    check(test_panics(read_unlock, NULL));
    check(test_panics(write_unlock, &nodes[0]));
    rw_read_lock(&lock);
    check(test_panics(read_lock, NULL));
    check(test_panics(write_lock, &nodes[0])); /* would wait for itself */
    rw_read_unlock(&lock);
    rw_write_lock(&lock, &nodes[0]);
    check(test_panics(write_lock, &nodes[0]));
    check(test_panics(write_unlock, &nodes[1]));
    check(test_panics(read_unlock, NULL));
    check_equal(1, lock.turn);
    rw_write_unlock(&lock, &nodes[0]);
}

/* --- two cores ------------------------------------------------------------------------------------------------ */

#define TIMES 3

static uint64_t words[2]; /* written together */
static uint64_t wrong;    /* reads of words that differ */
static uint64_t overtook; /* readers that came after a writer and were in before it */
static uint64_t kept_out; /* readers that two writers, one after the other, found waiting */
static uint64_t writes, reads;
static uint64_t waited; /* 1 + reads, when the last writer found a reader waiting; else 0 */

static void
write_once(struct mcs_node *node)
{
    rw_write_lock(&lock, node);
    words[0]++;
    bool waits = reader_line(0) != 0 || reader_line(1) != 0;
    kept_out += waits && waited == 1 + reads;
    waited = waits ? 1 + reads : 0;
    writes++;
    words[1]++;
    rw_write_unlock(&lock, node);
}

static void
read_once(void)
{
    uint64_t turn = __atomic_load_n(&lock.turn, __ATOMIC_RELAXED);
    rw_read_lock(&lock);
    uint64_t seen = words[0];
    overtook += turn % 2 == 1 && lock.turn == turn;
    reads++;
    wrong += seen != words[1];
    rw_read_unlock(&lock);
}

static void
write_first(void)
{
    write_once(&nodes[0]);
}

static void
write_second(void)
{
    write_once(&nodes[1]);
}

static void
read_often(void)
{
    for (int i = 0; i < TIMES; i++)
        read_once();
}

static void
write_often(void)
{
    for (int i = 0; i < TIMES; i++)
        write_once(&nodes[1]);
}

static void
begin(void)
{
    words[0] = words[1] = wrong = overtook = kept_out = writes = reads = waited = 0;
}

/* What is left when all have gone. */
static void
judge(void)
{
    check_equal(0, wrong);
    check_equal(0, overtook); /* R2 */
    check_equal(0, kept_out); /* R3 */
    check(writes > 0);
    check_equal(writes, words[0]);
    check_equal(writes, words[1]);
    check_equal(0, lock.turn % 2);
    check(lock.writers.tail == NULL);
    check_equal(0, reader_line(0));
    check_equal(0, reader_line(1));
}

TEST(rw_lock_reader_meets_writer)
{
    check(interleave(&(struct interleaving){read_once, write_second, begin, judge, 100, 50}) > 100);
}

TEST(rw_lock_writer_meets_reader)
{
    check(interleave(&(struct interleaving){write_first, read_once, begin, judge, 100, 50}) > 100);
}

TEST(rw_lock_writer_meets_writer)
{
    check(interleave(&(struct interleaving){write_first, write_second, begin, judge, 100, 50}) > 100);
}

/* One who reads again and again keeps no writer out. */
TEST(rw_lock_readers_starve_no_writer)
{
    check(interleave(&(struct interleaving){read_often, write_second, begin, judge, 100, 50}) > 100);
}

/* And the other way round. */
TEST(rw_lock_writers_starve_no_reader)
{
    check(interleave(&(struct interleaving){read_once, write_often, begin, judge, 150, 300}) > 100);
}

/* --- all cores ------------------------------------------------------------------------------------------------ */

#define ROUNDS 20000
#define STEPS  16 /* a core writes once in so many rounds, at another time than its neighbour */

static uint64_t written;

static void
read_and_write(uint32_t index, __attribute__((unused)) void *argument)
{
    struct mcs_node node = {0};
    uint64_t own = 0, start = clock_ticks();
    for (uint64_t round = index; round < index + ROUNDS && test_has_time(start); round++) {
        if (round % STEPS == 0) {
            own++;
            rw_write_lock(&lock, &node);
            words[0]++;
            cpu_pause();
            words[1]++;
            rw_write_unlock(&lock, &node);
        } else {
            rw_read_lock(&lock);
            uint64_t seen = words[0];
            cpu_pause();
            check_equal(seen, words[1]); /* R1 */
            rw_read_unlock(&lock);
        }
    }
    __atomic_add_fetch(&written, own, __ATOMIC_RELAXED); /* read when all are through */
}

TEST(rw_lock_all_cores)
{
    test_on_all(read_and_write, NULL);
    check(written > 0);
    check_equal(written, words[0]);
    check_equal(words[0], words[1]);
    check_equal(2 * words[0], lock.turn);
    for (uint32_t i = 0; i < core_count; i++)
        check_equal(0, reader_line(i));
}
