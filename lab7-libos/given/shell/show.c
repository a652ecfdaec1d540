/* `cores`, `ps` and `shares`: what there is in the machine, from the books. */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "books.h"
#include "core_status.h"
#include "device_abi.h"
#include "handle.h"
#include "job.h"
#include "object_kinds.h"
#include "platform.h"
#include "shell.h"
#include "start.h"

/* Says why there are no records; a status. */
static int
books_failed(void)
{
    printf("the books: %s\n", strerror(errno));
    return STATUS_WRONG;
}

/* --- cores ------------------------------------------------------------------------------------------------------ */

static const char *
condition_name(const struct books_core *core)
{
    static const char *const names[] = {[CORE_FREE] = "claimed",
                                        [CORE_RUNNING] = "running",
                                        [CORE_SLEEPING] = "sleeping",
                                        [CORE_HALTED] = "over"};
    return core->core ? names[core->condition % (sizeof(names) / sizeof(names[0]))] : "free";
}

static bool
core_is_at_work(const struct books_core *core)
{
    return core->core && (core->condition == CORE_RUNNING || core->condition == CORE_SLEEPING);
}

int
show_cores(int count, char **words)
{
    (void)count, (void)words;
    size_t cores;
    struct books_core *core = books_read(BOOKS_CORES, sizeof(*core), &cores);
    if (!core)
        return books_failed();
    printf("core  state     free memory  program\n");
    for (size_t i = 0; i < cores; i++)
        printf("%4" PRIu64 "  %-8s  %7" PRIu64 " KiB  %s\n", core[i].index, condition_name(&core[i]),
               core[i].free_pages * 4, core[i].core ? core[i].name : "");
    free(core);
    return 0;
}

int
show_programs(int count, char **words)
{
    (void)count, (void)words;
    size_t cores;
    struct books_core *core = books_read(BOOKS_CORES, sizeof(*core), &cores);
    if (!core)
        return books_failed();
    printf("core  state       seconds  command\n");
    for (size_t i = 0; i < cores; i++) {
        const struct job *job = job_on(core[i].index);
        if (!core_is_at_work(&core[i]))
            continue;
        printf("%4" PRIu64 "  %-8s  ", core[i].index, condition_name(&core[i]));
        if (job)
            printf("%9.1f  %s\n", (double)(clock_now() - job->begun) / (double)clock_hertz(), job->command);
        else
            printf("%9s  %s\n", "", core[i].name);
    }
    free(core);
    return 0;
}

/* --- shares ----------------------------------------------------------------------------------------------------- */

static const char *
type_name(uint64_t type)
{
    static const char *const names[] = {
        [OBJECT_NONE] = "object", [OBJECT_SHARE] = "share", [OBJECT_SEGMENT] = "segment",
        [OBJECT_TREE] = "tree",   [OBJECT_CORE] = "core",   [OBJECT_DEVICE] = "device"};
    return type < sizeof(names) / sizeof(names[0]) ? names[type] : names[OBJECT_NONE];
}

struct records {
    struct books_object *object;
    struct books_entry *entry;
    size_t objects, entries;
};

static const struct books_object *
object_find(const struct records *books, uint64_t id)
{
    for (size_t i = 0; i < books->objects; i++)
        if (books->object[i].id == id)
            return &books->object[i];
    return NULL;
}

static bool
is_module(uint64_t id)
{
    for (uint64_t i = 0; i < boot_page->modules; i++)
        if (handle_id(boot_page->module[i].segment) == id)
            return true;
    return false;
}

static void
rights_print(uint64_t rights)
{
    static const struct {
        uint64_t right;
        char letter;
    } letters[] = {{RIGHT_R, 'R'}, {RIGHT_W, 'W'}, {RIGHT_X, 'X'}, {RIGHT_D, 'D'}, {RIGHT_G, 'G'}};
    for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
        putchar(rights & letters[i].right ? letters[i].letter : '-');
}

/* One share: a line an entry, but for the boot modules, which every program has. */
static void
share_print(const struct records *books, const struct books_object *share)
{
    unsigned modules = 0;
    printf("share %#" PRIx64 " %s\n", share->id, share->name);
    for (size_t i = 0; i < books->entries; i++) {
        const struct books_entry *entry = &books->entry[i];
        if (entry->share != share->id)
            continue;
        if (is_module(entry->object)) {
            modules++;
            continue;
        }
        const struct books_object *object = object_find(books, entry->object);
        if (!object)
            continue; /* it came behind the reading of the objects */
        printf("    ");
        rights_print(entry->rights);
        printf("  %-7s %#" PRIx64 " %s\n", type_name(object->type), object->id, object->name);
    }
    printf("    and %u boot modules\n", modules);
}

int
show_shares(int count, char **words)
{
    (void)count, (void)words;
    struct records books = {0};
    books.object = books_read(BOOKS_OBJECTS, sizeof(*books.object), &books.objects);
    if (books.object)
        books.entry = books_read(BOOKS_ENTRIES, sizeof(*books.entry), &books.entries);
    int status = books.object && books.entry ? 0 : books_failed();
    for (size_t i = 0; status == 0 && i < books.objects; i++)
        if (books.object[i].type == OBJECT_SHARE)
            share_print(&books, &books.object[i]);
    free(books.object);
    free(books.entry);
    return status;
}
