/* Starting programs, and seeing to their end. */
#include "job.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "console.h"
#include "core_calls.h"
#include "ended.h"
#include "error.h"
#include "launch.h"
#include "platform_calls.h"
#include "program_launch.h"

#define TEXT_MOST 160

static struct job jobs[JOBS_MOST];

struct job *
job_on(uint64_t index)
{
    for (struct job *job = jobs; job < jobs + JOBS_MOST; job++)
        if (job->core && job->index == index)
            return job;
    return NULL;
}

/* Why a program could not be started, and the status that says so. */
static int
start_failed(const char *command, int64_t error)
{
    int name = (int)strcspn(command, " ");
    switch (error) {
    case E_NOENT:
        printf("%.*s: no such command or program; `help` lists them\n", name, command);
        return STATUS_NO_NAME;
    case E_BUSY:
        printf("%.*s: no free core\n", name, command);
        return STATUS_NO_CORE;
    case E_INVAL:
        printf("%.*s: not a program\n", name, command);
        return STATUS_NO_CORE;
    default:
        printf("%.*s: not enough memory (error %" PRId64 ")\n", name, command, error);
        return STATUS_NO_CORE;
    }
}

/* Gives the core back; the shell's status for how its program ended. */
static int
job_close(struct job *job, const struct core_status *ended)
{
    int status = ended_status(ended);
    share_delobj(job->core);
    job->core = 0;
    return WIFEXITED(status) ? WEXITSTATUS(status) : STATUS_KILLED + WTERMSIG(status);
}

/* Waits for the end of a program in front, and says how it ended, if not well. */
static int
job_wait(struct job *job)
{
    struct core_status ended;
    char text[TEXT_MOST];
    int64_t error = core_wait(job->core, &ended);
    if (error < 0)
        return start_failed(job->command, error);
    ended_describe(&ended, text, sizeof(text));
    if (*text)
        printf("%.*s: %s\n", (int)strcspn(job->command, " "), job->command, text);
    return job_close(job, &ended);
}

/* The place of a job that is about to be started; null: there are too many. */
static struct job *
job_place(void)
{
    for (struct job *job = jobs; job < jobs + JOBS_MOST; job++)
        if (!job->core)
            return job;
    return NULL;
}

static int64_t
job_begin(struct job *job, const char *command, bool keyboard)
{
    struct core_status status;
    int64_t core = job ? program_launch(command, keyboard) : E_BUSY;
    if (core < 0)
        return core;
    job->core = (uint64_t)core;
    job->begun = clock_now();
    snprintf(job->command, sizeof(job->command), "%s", command);
    if (core_stat(job->core, &status, sizeof(status)) > 0)
        job->index = status.index;
    return 0;
}

int
job_start(const char *command, bool behind)
{
    struct job *job = job_place();
    fflush(NULL); /* what the program prints comes behind it */
    bool lent = !behind && console_lend();
    int64_t error = job_begin(job, command, !behind);
    int status = 0;
    if (error < 0)
        status = start_failed(command, error);
    else if (behind)
        printf("[%" PRIu64 "] %s\n", job->index, job->command);
    else
        status = job_wait(job);
    if (lent && !console_take_back())
        printf("the keyboard has not come back\n");
    return status;
}

void
jobs_report(bool wait)
{
    struct core_status ended;
    char text[TEXT_MOST];
    for (struct job *job = jobs; job < jobs + JOBS_MOST; job++) {
        if (!job->core || (wait && core_wait(job->core, &ended) < 0) ||
            core_stat(job->core, &ended, sizeof(ended)) < 0 || ended.condition != CORE_HALTED)
            continue;
        ended_describe(&ended, text, sizeof(text));
        printf("[%" PRIu64 "] %s: %s\n", job->index, job->command, *text ? text : "over");
        job_close(job, &ended);
    }
}
