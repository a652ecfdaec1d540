/* First programs: what the kernel itself starts. All that one is made of hangs on its share and its root
 * tree, so taking these two apart takes all of it apart, after a run as after half a start. */
#include "elf.h"
#include "module.h"
#include "panic.h"
#include "program.h"
#include "segment_touch.h"
#include "string.h"

struct loading {
    uint32_t module; /* the program's own */
    struct elf_image image;
    struct share *share; /* held by slot 1 of this core's set */
    struct tree *root;   /* held */
};

/* Enters a new segment into the program's share and maps it; lets go of the caller's reference. */
static int
add_segment(struct loading *loading, struct segment *segment, uint64_t start, uint64_t offset, uint64_t bytes,
            uint64_t perm)
{
    int error = share_add(loading->share, &segment->object, RIGHT_ALL);
    if (!error)
        error = tree_map(loading->root, start, &segment->object, offset, bytes, perm);
    object_drop(&segment->object);
    return error;
}

/* Memory that reads as zeros. */
static int
add_zeros(struct loading *loading, const char *name, uint64_t start, uint64_t bytes)
{
    struct segment *segment;
    int error = segment_create(loading->share->account, core_index(), name, &segment);
    if (error)
        return error;
    error = segment_set_pages(segment, bytes / PAGE_SIZE); /* an empty one grows for nothing */
    assert(error == 0);
    return add_segment(loading, segment, start, 0, bytes, PERM_R | PERM_W);
}

/* Clears what the file has behind the part's own bytes in its last page. */
static int
clear_tail(struct segment *copy, const struct elf_part *part)
{
    uint64_t end = part->offset + part->file_bytes;
    struct page *page;
    if (end % PAGE_SIZE == 0)
        return 0;
    queue_lock(&copy->object.lock);
    int error = segment_touch(copy, end / PAGE_SIZE, ACCESS_WRITE, &page);
    if (!error)
        memset((char *)page_bytes(page) + end % PAGE_SIZE, 0, PAGE_SIZE - end % PAGE_SIZE);
    queue_unlock(&copy->object.lock);
    return error;
}

/* The part's bytes from the file, to be written: a copy of the module, shared until it is. */
static int
add_data(struct loading *loading, const struct elf_part *part, uint64_t start, uint64_t bytes)
{
    struct segment *copy;
    uint64_t offset = round_down(part->offset, PAGE_SIZE);
    int error = segment_copy(module_segment(loading->module), COPY_ON_WRITE, loading->share->account,
                             core_index(), "data", &copy);
    if (error)
        return error;
    error = segment_set_pages(copy, (offset + bytes) / PAGE_SIZE);
    if (!error)
        error = clear_tail(copy, part);
    if (!error)
        return add_segment(loading, copy, start, offset, bytes, part->perm);
    object_drop(&copy->object);
    return error;
}

static int
add_part(struct loading *loading, const struct elf_part *part)
{
    uint64_t start = round_down(part->address, PAGE_SIZE),
             end = round_up(part->address + part->bytes, PAGE_SIZE);
    uint64_t file_end = part->file_bytes == 0 ? start : round_up(part->address + part->file_bytes, PAGE_SIZE);
    if (!(part->perm & PERM_W)) {
        if (part->file_bytes != part->bytes)
            return E_INVAL; /* zeros that nobody can change: no linker makes these */
        struct segment *segment = module_segment(loading->module);
        return tree_map(loading->root, start, &segment->object, round_down(part->offset, PAGE_SIZE),
                        end - start, part->perm);
    }
    int error = file_end > start ? add_data(loading, part, start, file_end - start) : 0;
    return !error && end > file_end ? add_zeros(loading, "bss", file_end, end - file_end) : error;
}

/* Enters all modules into the share and the page. */
static int
add_modules(struct loading *loading, struct boot_page *page)
{
    for (uint32_t i = 0; i < boot.module_count && page->modules < BOOT_PAGE_MODULES; i++) {
        struct object *object = &module_segment(i)->object;
        int error = share_add(loading->share, object, RIGHT_R | RIGHT_X | RIGHT_G);
        if (error)
            return error;
        struct boot_page_module *record = &page->module[page->modules++];
        string_copy(record->name, boot.module[i].name, sizeof(record->name));
        record->segment = HANDLE(1, object->id);
        record->bytes = boot.module[i].bytes;
    }
    return 0;
}

static int
fill_boot_page(struct loading *loading, const char *command, struct boot_page *page)
{
    page->version = BOOT_PAGE_VERSION;
    page->share = HANDLE(1, 0);
    page->root = HANDLE(1, loading->root->object.id);
    page->cores = core_count;
    string_copy(page->command, command, sizeof(page->command));
    int error = add_modules(loading, page);
    TABLE_EACH (program_setup, program_setup_function, setup)
        if (!error)
            error = (*setup)(loading->share, page);
    return error < 0 ? error : 0;
}

static int
add_boot_page(struct loading *loading, const char *command)
{
    struct segment *segment;
    struct page *page;
    int error = segment_create(loading->share->account, core_index(), "boot page", &segment);
    if (error)
        return error;
    queue_lock(&segment->object.lock);
    error = segment_resize(segment, 1);
    if (!error)
        error = segment_page(segment, 0, ACCESS_WRITE, &page);
    queue_unlock(&segment->object.lock);
    if (!error)
        error = fill_boot_page(loading, command, page_bytes(page));
    if (!error)
        return add_segment(loading, segment, USER_BOOT_PAGE, 0, PAGE_SIZE, PERM_R);
    object_drop(&segment->object);
    return error;
}

static int
program_build(struct loading *loading, const char *command)
{
    int error = share_create(NULL, account_root, 0, core_index(), "program", &loading->share);
    if (!error) {
        error = share_set_change(1, loading->share, RIGHT_ALL); /* cannot fail: we hold it */
        object_drop(&loading->share->object);
    }
    if (!error)
        error = tree_create(false, account_root, core_index(), "program", &loading->root);
    if (!error)
        error = share_add(loading->share, &loading->root->object, RIGHT_ALL);
    for (uint64_t i = 0; !error && i < loading->image.parts; i++)
        error = add_part(loading, &loading->image.part[i]);
    if (!error)
        error = add_zeros(loading, "stack", USER_STACK_TOP - USER_STACK, USER_STACK);
    return error ? error : add_boot_page(loading, command);
}

/* Gives up what there is. */
static void
program_destroy(struct loading *loading, const struct program_end *end)
{
    share_set_clear();
    if (loading->root != NULL)
        object_drop(&loading->root->object);
    program_over(end);
}

__attribute__((weak)) void /* until lab 5 */
program_over(__attribute__((unused)) const struct program_end *end)
{
}

/* The module that the command's first word names. */
static int
module_find(const char *command, uint32_t *index)
{
    size_t length = 0;
    while (command[length] != ' ' && command[length] != '\0')
        length++;
    if (strlen(command) >= sizeof(((struct boot_page *)NULL)->command))
        return E_INVAL;
    for (*index = 0; *index < boot.module_count; ++*index) {
        const char *name = boot.module[*index].name;
        if (strlen(name) == length && strncmp(name, command, length) == 0)
            return 0;
    }
    return E_NOENT;
}

int
program_run(const char *command, struct program_end *end)
{
    struct loading loading = {0};
    int error = module_find(command, &loading.module);
    if (error)
        return error;
    const struct boot_module *module = &boot.module[loading.module];
    error = elf_parse(direct(module->start), module->bytes, PAGE_SIZE, USER_STACK_TOP - USER_STACK,
                      &loading.image);
    if (error)
        return error;

    core_this()->run++;
    error = program_build(&loading, command);
    if (!error)
        error = tree_load(loading.root);
    if (!error) {
        const uint64_t arguments[6] = {USER_BOOT_PAGE};
        struct trap_frame frame = program_frame(loading.image.entry, USER_STACK_TOP, arguments);
        program_enter(&frame, end);
        error = tree_load(NULL);
        assert(error == 0);
    }
    program_destroy(&loading, error ? NULL : end);
    return error;
}
