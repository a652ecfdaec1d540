/* Words of a text as keys, their places as values. */
#include "words.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "platform.h"

#define MOST_TASKS 2048ul /* as many as the paper's word reverse index has */
#define TASK_BYTES 4096ul /* the least that is worth a task */

/* Emits the words that begin in the task's share of the text. One that crosses the border behind it is read
 * on; one that crosses the border before it is the task's before. */
static int
words_map(struct worker *worker, unsigned task)
{
    const struct application *application = &worker->job->application;
    const char *text = application->text;
    size_t bytes = application->bytes, at = bytes * task / application->tasks;
    size_t end = bytes * (task + 1ul) / application->tasks, pairs = 0;
    if (at > 0 && letter_is(text[at - 1]))
        while (at < end && letter_is(text[at]))
            at++;
    for (; at < end; at++) {
        if (!letter_is(text[at]))
            continue;
        struct key key = key_read(text + at, bytes - at);
        if (key.length == KEY_LONGEST)
            return -EOVERFLOW;
        int error = map_emit(worker, &key, at);
        if (error)
            return error;
        pairs++;
        at += key.length; /* what stands here is no letter */
    }
    worker->pairs += pairs;
    return 0;
}

static void
word_print(const struct key *key)
{
    for (size_t at = 0; at < key->length; at++)
        putchar(letter_lower(key->text[at]));
}

/* Leaves the totals of the job as results, and prints what was asked for. */
static void
answers_print(const struct job *job, bool quiet, void (*print)(const struct answer *answer))
{
    unsigned long words = 0, keys = 0;
    for (unsigned core = 0; core < job->cores; core++) {
        const struct answers *part = &job->workers[core].part;
        for (size_t i = 0; i < part->count; i++) {
            words += part->answer[i].count;
            if (quiet)
                continue;
            word_print(&part->answer[i].key);
            print(&part->answer[i]);
            putchar('\n');
        }
        keys += part->count;
    }
    if (quiet)
        printf("%lu words, %lu different\n", words, keys);
    result("words", words, "words");
    result("keys", keys, "words");
    result("columns", job->columns, "columns");
    result("cores", job->cores, "cores");
    for (unsigned core = 0; core < job->cores; core++) {
        char name[32];
        snprintf(name, sizeof(name), "pairs_core_%u", core);
        result(name, job->workers[core].pairs, "pairs");
    }
}

int
words_main(int argc, char **argv,
           void (*reduce)(struct values_cursor *lists, unsigned count, struct answer *answer),
           void (*print)(const struct answer *answer))
{
    bool quiet = argc > 1 && strcmp(argv[1], "-q") == 0;
    if (argc != 2 + quiet) {
        fprintf(stderr, "usage: %s [-q] FILE\n", argv[0]);
        return 2;
    }
    struct application application = {.map = words_map, .reduce = reduce};
    application.text = input(argv[1 + quiet], &application.bytes);
    if (!application.text) {
        fprintf(stderr, "%s: cannot read %s\n", argv[0], argv[1 + quiet]);
        return 1;
    }
    size_t tasks = (application.bytes + TASK_BYTES - 1) / TASK_BYTES;
    application.tasks = (unsigned)(tasks < MOST_TASKS ? tasks : MOST_TASKS);
    struct job *job;
    int error = job_run(&application, &job);
    if (error) {
        fprintf(stderr, "%s: %s\n", argv[0], strerror(-error));
        return 1;
    }
    answers_print(job, quiet, print);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fprintf(stderr, "%s: cannot write the answers\n", argv[0]);
        return 1;
    }
    return 0;
}
