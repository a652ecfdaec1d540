/* Loading a program from its file, in ring 3: the same parser and the same layout as the kernel's, by system calls. The
 * text is the file itself, the data a copy on write of it. */
#include "program_launch.h"

#include <string.h>

#include "again.h"
#include "core_calls.h"
#include "devices.h"
#include "elf.h"
#include "launch.h"
#include "platform_calls.h"
#include "start.h"

#define PAGE_BYTES 4096ul
#define SCRATCH                                                                                              \
    0x500000000000ul /* where this maps one page of another program's, for as long as it writes there */

static uint64_t
page_down(uint64_t value)
{
    return value & ~(PAGE_BYTES - 1);
}

static uint64_t
page_up(uint64_t value)
{
    return page_down(value + PAGE_BYTES - 1);
}

/* --- writing into the new program's memory ---------------------------------------------------------------------- */

/* The byte at `offset` of a segment, for us to write, up to its page's end. The kernel writes it first, a letter of the
 * segment's name, which makes the page be there: so a lack of memory is an error, and not the end of this program. */
static int64_t
scratch_open(uint64_t segment, uint64_t offset, char **byte)
{
    int64_t error =
        again(at_set_seg(boot_page->root, SCRATCH, segment, page_down(offset), PAGE_BYTES, PERM_R | PERM_W));
    if (error < 0)
        return error;
    *byte = (char *)SCRATCH + offset % PAGE_BYTES;
    error = again(obj_get_name(segment, *byte, 1));
    if (error < 0)
        again(at_unmap(boot_page->root, SCRATCH, PAGE_BYTES));
    return error;
}

static void
scratch_close(void)
{
    again(at_unmap(boot_page->root, SCRATCH, PAGE_BYTES));
}

/* --- the parts of its memory ------------------------------------------------------------------------------------- */

/* Memory that reads as zeros. */
static int64_t
zeros_add(const struct launch *launch, const char *name, uint64_t start, uint64_t bytes)
{
    int64_t segment = again(segment_alloc(launch->share, name, launch->index));
    if (segment < 0)
        return segment;
    int64_t error = again(segment_set_nbytes((uint64_t)segment, bytes));
    if (error < 0)
        return error;
    return again(at_set_seg(launch->root, start, (uint64_t)segment, 0, bytes, PERM_R | PERM_W));
}

/* Clears what the file has behind the part's own bytes in its last page. */
static int64_t
tail_clear(uint64_t copy, const struct elf_part *part)
{
    uint64_t end = part->offset + part->file_bytes;
    char *tail;
    if (end % PAGE_BYTES == 0)
        return 0;
    int64_t error = scratch_open(copy, end, &tail);
    if (error < 0)
        return error;
    memset(tail, 0, PAGE_BYTES - end % PAGE_BYTES);
    scratch_close();
    return 0;
}

static int64_t
data_add(const struct launch *launch, uint64_t file, const struct elf_part *part, uint64_t start,
         uint64_t bytes)
{
    uint64_t offset = page_down(part->offset);
    int64_t copy = again(segment_copy(launch->share, file, "data", COPY_ON_WRITE));
    if (copy < 0)
        return copy;
    int64_t error = again(segment_set_nbytes((uint64_t)copy, offset + bytes));
    if (error >= 0)
        error = tail_clear((uint64_t)copy, part);
    if (error >= 0)
        error = again(at_set_seg(launch->root, start, (uint64_t)copy, offset, bytes, part->perm));
    return error;
}

static int64_t
part_add(const struct launch *launch, uint64_t file, const struct elf_part *part)
{
    uint64_t start = page_down(part->address), end = page_up(part->address + part->bytes);
    uint64_t file_end = part->file_bytes ? page_up(part->address + part->file_bytes) : start;
    if (!(part->perm & PERM_W)) {
        if (part->file_bytes != part->bytes)
            return E_INVAL; /* zeros that nobody can change: no linker makes these */
        return again(at_set_seg(launch->root, start, file, page_down(part->offset), end - start, part->perm));
    }
    int64_t error = file_end > start ? data_add(launch, file, part, start, file_end - start) : 0;
    return error >= 0 && end > file_end ? zeros_add(launch, "bss", file_end, end - file_end) : error;
}

/* What the kernel has told us, but for what is this program's own. */
static void
boot_page_fill(struct boot_page *page, const struct launch *launch, const char *command)
{
    *page = *boot_page;
    page->share = HANDLE(1, 0);
    page->core = launch->core; /* a handle through the own share, there as here */
    page->root = HANDLE(1, handle_id(launch->root));
    page->cores = 1;
    strcpy(page->command, command);
}

static int64_t
boot_page_add(const struct launch *launch, const char *command)
{
    char *page;
    int64_t segment = again(segment_alloc(launch->share, "boot page", launch->index));
    if (segment < 0)
        return segment;
    int64_t error = again(segment_set_nbytes((uint64_t)segment, PAGE_BYTES));
    if (error >= 0)
        error = scratch_open((uint64_t)segment, 0, &page);
    if (error < 0)
        return error;
    boot_page_fill((struct boot_page *)page, launch, command);
    scratch_close();
    return again(at_set_seg(launch->root, USER_BOOT_PAGE, (uint64_t)segment, 0, PAGE_BYTES, PERM_R));
}

/* --- all of it -------------------------------------------------------------------------------------------------- */

static int64_t
memory_make(const struct launch *launch, uint64_t file, const struct elf_image *image, const char *command)
{
    int64_t error = 0;
    for (uint64_t i = 0; error >= 0 && i < image->parts; i++)
        error = part_add(launch, file, &image->part[i]);
    if (error >= 0)
        error = zeros_add(launch, "stack", USER_STACK_TOP - USER_STACK, USER_STACK);
    return error < 0 ? error : boot_page_add(launch, command);
}

/* Everything on a core that has been claimed. */
static int64_t
core_start(uint64_t core, uint64_t file, const struct elf_image *image, const char *command, bool keyboard)
{
    struct core_context context = {
        .entry = image->entry, .stack = USER_STACK_TOP, .argument = {USER_BOOT_PAGE}, .shares = 1};
    struct launch launch;
    int64_t error = launch_begin(&launch, core);
    if (error < 0)
        return error;
    error = memory_make(&launch, file, image, command);
    int64_t port = keyboard ? port_handle("console") : E_NOENT;
    if (error >= 0 && port > 0)
        error = launch_name(&launch, (uint64_t)port, RIGHT_R | RIGHT_X);
    if (error >= 0)
        error = launch_run(&launch, &context);
    launch_end(&launch);
    return error;
}

/* The command's first word, as long as a module's name can be. */
static void
name_read(const char *command, char *name, size_t size)
{
    size_t length = strcspn(command, " ");
    length = length < size ? length : size - 1;
    memcpy(name, command, length);
    name[length] = '\0';
}

/* The handle of the file of this name. */
static int64_t
file_find(const char *name)
{
    for (uint64_t i = 0; i < boot_page->modules; i++)
        if (strcmp(boot_page->module[i].name, name) == 0)
            return (int64_t)boot_page->module[i].segment;
    return E_NOENT;
}

int64_t
program_launch(const char *command, bool keyboard)
{
    char name[sizeof(boot_page->module[0].name)];
    struct elf_image image;
    size_t bytes;
    name_read(command, name, sizeof(name));
    int64_t file = file_find(name);
    if (file < 0)
        return file;
    if (strlen(command) >= BOOT_PAGE_COMMAND)
        return E_INVAL;
    const char *whole = input(name, &bytes);
    if (!whole)
        return E_NOMEM;
    if (elf_parse(whole, bytes, PAGE_BYTES, USER_STACK_TOP - USER_STACK, &image) < 0)
        return E_INVAL;
    name[NAME_SIZE - 1] = '\0';
    int64_t core = core_claim(name);
    if (core < 0)
        return core;
    int64_t error = core_start((uint64_t)core, (uint64_t)file, &image, command, keyboard);
    if (error < 0)
        share_delobj((uint64_t)core);
    return error < 0 ? error : core;
}
