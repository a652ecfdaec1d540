/* A job from its beginning to its end: the phases, and what every core does between two of them. */
#include "job.h"

#include <errno.h>
#include <string.h>

#include "platform.h"

#define FIRST_ANSWERS 64ul

bool
task_take(struct task_counter *tasks, unsigned limit, unsigned *task)
{
    /* Relaxed: it orders nothing. Who takes a task touches only what barriers order. */
    *task = __atomic_fetch_add(&tasks->next, 1, __ATOMIC_RELAXED);
    return *task < limit;
}

int
tasks_map(struct worker *worker, unsigned limit)
{
    struct job *job = worker->job;
    int error = 0;
    for (unsigned task; !error && task_take(&job->map_tasks, limit, &task);)
        error = job->application.map(worker, task);
    return error;
}

int
columns_reduce(struct worker *worker, unsigned limit)
{
    struct job *job = worker->job;
    int error = 0;
    for (unsigned column; !error && task_take(&job->reduce_tasks, limit, &column);)
        error = reduce_column(worker, column);
    return error;
}

int
row_make(struct worker *worker)
{
    struct bucket *row = arena_take(&worker->arena, worker->job->columns * sizeof(*row));
    if (!row)
        return -ENOMEM;
    worker->row = row;
    return 0;
}

struct answer *
answer_add(struct worker *worker)
{
    struct answers *answers = &worker->answers;
    if (answers->count == answers->room) {
        size_t room = answers->room ? 2 * answers->room : FIRST_ANSWERS;
        struct answer *fresh = arena_take(&worker->arena, room * sizeof(*fresh));
        if (!fresh)
            return NULL;
        if (answers->count > 0)
            memcpy(fresh, answers->answer, answers->count * sizeof(*fresh));
        answers->answer = fresh;
        answers->room = room;
    }
    struct answer *answer = &answers->answer[answers->count++];
    *answer = (struct answer){0}; /* the sample's answers stood here before */
    return answer;
}

static int
rest_map(struct worker *worker)
{
    return tasks_map(worker, worker->job->application.tasks);
}

static int
all_reduce(struct worker *worker)
{
    return columns_reduce(worker, worker->job->columns);
}

/* In this order. A phase with a name is where a measured part of the job begins. */
static const struct {
    const char *name;
    int (*run)(struct worker *worker);
} phases[] = {
    {"sample", sample_map}, /* the first tasks into few columns … */
    {NULL, sample_count},   /* … to count their keys … */
    {NULL, sample_choose},  /* … and learn how many columns there should be */
    {"map", sample_move},   /* what is mapped already into a row of that many */
    {NULL, rest_map},       /* all other tasks: where exercise 7.7 emits */
    {"reduce", all_reduce}, /* all columns: where exercise 7.7 reduces */
    {"merge", sort_own},    /* all answers in the order of their keys */
    {NULL, sort_choose},    /* core 0 chooses the borders between the cores' parts, … */
    {NULL, sort_cut},       /* … each core looks them up in its own answers, … */
    {NULL, sort_merge},     /* … and gathers its part from all cores */
};

#define PHASES (sizeof(phases) / sizeof(phases[0]))

/* The first core's error, if any failed. */
static int
job_error(const struct job *job)
{
    int error = 0;
    for (unsigned core = 0; core < job->cores && !error; core++)
        error = job->workers[core].error;
    return error;
}

static void
worker_run(unsigned core, void *argument)
{
    struct job *job = argument;
    struct worker *worker = &job->workers[core];
    worker->job = job;
    worker->core = core;
    for (size_t phase = 0; phase < PHASES; phase++) {
        if (core == 0 && phases[phase].name)
            mark(phases[phase].name);
        barrier();
        worker->error = phases[phase].run(worker);
        barrier();
        /* Nobody writes an error until all have passed the next barrier, so all decide alike. */
        if (job_error(job) != 0)
            break;
    }
    if (core == 0)
        mark("end");
}

int
job_run(const struct application *application, struct job **job)
{
    unsigned count = cores();
    struct job *fresh = memory(sizeof(*fresh) + count * sizeof(fresh->workers[0]), SHARED);
    if (!fresh)
        return -ENOMEM;
    fresh->application = *application;
    fresh->cores = count;
    fresh->columns = columns_for(0, count);
    int error = run_on_all(worker_run, fresh);
    if (!error)
        error = job_error(fresh);
    if (!error)
        *job = fresh;
    return error;
}
