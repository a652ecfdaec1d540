/* test_map_reduce values|emit|reduce|job: tests of exercise 7.7, and of the lists that it fills, on Corey and on Linux
 * alike.
 *
 * Emit and reduce make a job of three rows by hand and act for one core after the other, so they see what
 * happens among several cores wherever they run; the last runs a job on the cores that there are. Status 0,
 * or 1 with a line that says what was expected and what was seen. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "map_reduce.h"
#include "platform.h"

#define ROWS      3u
#define COLUMNS   5u
#define KEYS      700u /* so that the B+trees have inner nodes */
#define SPELLING  11u  /* letters a word: longer than a key's prefix */
#define ANY_VALUE 1000000u
#define LISTS     5u
#define VALUES    8000u /* in all lists, so that the longest have blocks of the last size */
#define FEW       60u   /* in all lists, so that some have no block, and some one that is full */

#define check_equal(expected, seen) check_values(__LINE__, #seen, (uint64_t)(expected), (uint64_t)(seen))

static char words[KEYS][SPELLING + 1];

static void
check_values(int line, const char *what, uint64_t expected, uint64_t seen)
{
    if (expected == seen)
        return;
    fprintf(stderr, "test_map_reduce.c:%d: %s: expected %" PRIu64 ", seen %" PRIu64 "\n", line, what,
            expected, seen);
    exit(1);
}

/* Word number n, in the order of the alphabet; the numbers differ only behind the prefix. */
static struct key
word_key(unsigned number)
{
    char *word = words[number];
    memcpy(word, "Numbered", SPELLING - 3);
    for (unsigned at = SPELLING; at-- > SPELLING - 3; number /= 26)
        word[at] = (char)('a' + number % 26);
    return key_read(word, SPELLING);
}

/* Reduces to the number of values, and to a digest that says which row's list came at which place. */
static void
trace_reduce(struct values_cursor *lists, unsigned count, struct answer *answer)
{
    for (unsigned i = 0; i < count; i++) {
        answer->count += lists[i].left;
        answer->digest = answer->digest * 10 + values_peek(&lists[i]) / ANY_VALUE;
    }
}

/* The list in which a value is put: runs of all lengths, lists of different ones, the least value in the last one. */
static unsigned
list_of(unsigned value)
{
    return LISTS - 1 - (unsigned)__builtin_popcount(value) % LISTS;
}

/* Values put into several lists come back in order: from each alone, and from all as one. */
static void
check_lists(unsigned count)
{
    static struct arena arena;
    struct values lists[LISTS] = {0};
    struct values_cursor cursors[LISTS];
    for (unsigned value = 0; value < count; value++)
        check_equal(0, values_append(&lists[list_of(value)], &arena, value));
    for (unsigned i = 0; i < LISTS; i++)
        cursors[i] = values_begin(&lists[i]);
    for (unsigned value = 0; value < count; value++) {
        check_equal(1, cursors[list_of(value)].left > 0);
        check_equal(value, values_next(&cursors[list_of(value)]));
    }
    for (unsigned i = 0; i < LISTS; i++) {
        check_equal(0, cursors[i].left);
        cursors[i] = values_begin(&lists[i]);
    }
    struct values_merge merge = values_merge_begin(cursors, LISTS);
    uint64_t seen = 0;
    for (unsigned value = 0; value < count; value++) {
        check_equal(1, values_merge_next(&merge, &seen));
        check_equal(value, seen);
    }
    check_equal(0, values_merge_next(&merge, &seen));
}

static void
test_values(void)
{
    for (unsigned count = 0; count < FEW; count++)
        check_lists(count);
    check_lists(VALUES);
}

static struct job *
job_make(void)
{
    struct job *job = memory(sizeof(*job) + ROWS * sizeof(job->workers[0]), SHARED);
    check_equal(1, job != NULL);
    job->application.reduce = trace_reduce;
    job->cores = ROWS;
    job->columns = COLUMNS;
    for (unsigned core = 0; core < ROWS; core++) {
        struct worker *worker = &job->workers[core];
        worker->job = job;
        worker->core = core;
        worker->row = arena_take(&worker->arena, COLUMNS * sizeof(*worker->row));
        worker->places = arena_take(&worker->arena, ROWS * sizeof(*worker->places));
        worker->lists = arena_take(&worker->arena, ROWS * sizeof(*worker->lists));
    }
    return job;
}

/* The entries that a row has in all columns but one. */
static size_t
entries_outside(const struct worker *worker, unsigned column)
{
    size_t count = 0;
    for (unsigned other = 0; other < COLUMNS; other++) {
        struct bucket_cursor place = bucket_begin(&worker->row[other]);
        for (; other != column && bucket_entry(&place); bucket_step(&place))
            count++;
    }
    return count;
}

/* Emitting fills the caller's own row, in the key's column, values in the order in which they came. */
static void
test_emit(void)
{
    struct job *job = job_make();
    struct worker *worker = &job->workers[1];
    struct key key = key_read("Tea", 3), same = key_read("tEA", 3);
    unsigned column = key.hash % COLUMNS;
    check_equal(0, map_emit(worker, &key, 3));
    check_equal(0, map_emit(worker, &same, 5));
    check_equal(0, map_emit(worker, &key, 8));
    check_equal(0, entries_outside(worker, column));
    check_equal(0, entries_outside(&job->workers[0], COLUMNS));
    check_equal(0, entries_outside(&job->workers[2], COLUMNS));
    struct bucket_cursor place = bucket_begin(&worker->row[column]);
    check_equal(1, bucket_entry(&place) != NULL);
    check_equal(0, key_compare(&key, &bucket_entry(&place)->key));
    struct values_cursor values = values_begin(&bucket_entry(&place)->values);
    check_equal(3, values.left);
    check_equal(3, values_next(&values));
    check_equal(5, values_next(&values));
    check_equal(8, values_next(&values));
    bucket_step(&place);
    check_equal(1, bucket_entry(&place) == NULL);
    /* 389 and KEYS have no divisor in common, so every word comes once, in no order. */
    for (unsigned number = 0; number < KEYS; number++) {
        struct key next = word_key(number * 389 % KEYS);
        check_equal(0, map_emit(worker, &next, number));
    }
    check_equal(KEYS + 1, entries_outside(worker, COLUMNS));
}

/* Reducing a column finds each of its keys once, in order, with one list from every row that has it. */
static void
test_reduce(void)
{
    struct job *job = job_make();
    struct worker *worker = &job->workers[2];
    size_t keys = 0;
    for (unsigned number = 0; number < KEYS; number++) {
        struct key key = word_key(number);
        unsigned rows = number % 7 + 1; /* a bit for each row in which the word stands */
        for (unsigned row = 0; row < ROWS; row++)
            if (rows >> row & 1)
                check_equal(0, map_emit(&job->workers[row], &key, (row + 1) * ANY_VALUE + number));
    }
    for (unsigned column = 0; column < COLUMNS; column++) {
        worker->answers.count = 0;
        check_equal(0, reduce_column(worker, column));
        keys += worker->answers.count;
        for (size_t i = 0; i < worker->answers.count; i++) {
            static const unsigned digests[] = {1, 2, 12, 3, 13, 23, 123};
            const struct answer *answer = &worker->answers.answer[i];
            unsigned number = (unsigned)((answer->key.text - words[0]) / (SPELLING + 1));
            check_equal(column, answer->key.hash % COLUMNS);
            check_equal(__builtin_popcount(number % 7 + 1), answer->count);
            check_equal(digests[number % 7], answer->digest);
            check_equal(1, i == 0 || key_compare(&answer[-1].key, &answer->key) < 0);
        }
    }
    check_equal(KEYS, keys);
}

/* Task n emits word n, n + 1 times. */
static int
numbers_map(struct worker *worker, unsigned task)
{
    int error = 0;
    struct key key = key_read(words[task], SPELLING);
    for (unsigned times = 0; times <= task && !error; times++)
        error = map_emit(worker, &key, ANY_VALUE * task + times);
    return error;
}

static void
count_reduce(struct values_cursor *lists, unsigned count, struct answer *answer)
{
    for (unsigned i = 0; i < count; i++)
        answer->count += lists[i].left;
}

/* A whole job has every key once, in order over all its parts, with all its values. */
static void
test_job(void)
{
    for (unsigned number = 0; number < KEYS; number++)
        word_key(number);
    struct application application = {.text = words[0], .bytes = sizeof(words), .tasks = KEYS};
    application.map = numbers_map;
    application.reduce = count_reduce;
    struct job *job = NULL;
    check_equal(0, job_run(&application, &job));
    unsigned number = 0;
    for (unsigned core = 0; core < job->cores; core++) {
        for (size_t i = 0; i < job->workers[core].part.count; i++, number++) {
            const struct answer *answer = &job->workers[core].part.answer[i];
            check_equal(0, memcmp(answer->key.text, words[number], SPELLING));
            check_equal(number + 1, answer->count);
        }
    }
    check_equal(KEYS, number);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {{"values", test_values}, {"emit", test_emit}, {"reduce", test_reduce}, {"job", test_job}};
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (argc == 2 && strcmp(argv[1], tests[i].name) == 0) {
            tests[i].run();
            return 0;
        }
    }
    fprintf(stderr, "usage: test_map_reduce values|emit|reduce|job\n");
    return 2;
}
