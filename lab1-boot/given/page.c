/* Physical pages: descriptors, allocation, references. The lists are exercise 1.3. */
#include "page.h"

#include "boot_info.h"
#include "console.h"
#include "core.h"
#include "memory_map.h"
#include "monitor.h"
#include "paging.h"
#include "panic.h"
#include "string.h"

#define POISON 0xd5 /* what a free page holds in MODE=debug: no pointer, and no zero */

struct page *page_table_all;
uint64_t page_limit;

PER_CORE struct page_list page_list;
static PER_CORE uint64_t failures_left; /* allocations up to the one that must fail; 0: none must */

static void
page_make_allocated(struct page *page, enum page_kind kind)
{
    assert(page->kind == PAGE_FREE);
    page->kind = (uint8_t)kind;
    page->references = 1;
    page->account = NULL;
}

/* Inline: a fault should not pay for one call more. */
static inline struct page *
page_get(uint32_t home, enum page_kind kind)
{
    if (allocation_must_fail())
        return NULL;
    struct page *page = page_list_take(home);
    if (page == NULL)
        page = page_steal(home);
    if (page != NULL)
        page_make_allocated(page, kind);
    return page;
}

struct page *
page_alloc(uint32_t home, enum page_kind kind)
{
    return page_get(home, kind);
}

struct page *
page_alloc_zeroed(uint32_t home, enum page_kind kind)
{
    struct page *page = page_get(home, kind);
    if (page != NULL)
        memset(page_bytes(page), 0, PAGE_SIZE);
    return page;
}

void
page_free(struct page *page)
{
    assert(page->kind != PAGE_ABSENT && page->references <= 1);
    page->references = 0;
#ifdef DEBUG
    if (page->kind != PAGE_FREE)
        memset(page_bytes(page), POISON, PAGE_SIZE);
#endif
    page_list_give(page);
}

static void
page_release(struct limbo_item *item)
{
    struct page *page = CONTAINER_OF(item, struct page, limbo);
    struct account *account = page->account;
    page_free(page);
    if (account != NULL)
        account_refund(account, PAGE_SIZE);
}

void
page_free_later(struct page *page, struct account *account)
{
    assert(page->kind != PAGE_ABSENT && page->kind != PAGE_FREE);
    page->account = account;
    limbo_put(&page->limbo, page_release);
}

void
page_hold(struct page *page)
{
    __atomic_add_fetch(&page->references, 1,
                       __ATOMIC_RELAXED); /* orders nothing: the caller's reference keeps it */
}

bool
page_drop(struct page *page)
{
    /* Release: what we did with the page is done before it goes. Acquire: who drops the last reference sees what
     * all others did (partners: their drops). */
    return __atomic_sub_fetch(&page->references, 1, __ATOMIC_ACQ_REL) == 0;
}

__attribute__((weak)) void /* until lab 3 */
account_refund(__attribute__((unused)) struct account *account, __attribute__((unused)) uint64_t bytes)
{
}

void
allocation_fail_at(uint32_t core, uint64_t k)
{
    __atomic_store_n(CORE_AT(core, failures_left), k,
                     __ATOMIC_RELAXED); /* a number alone; it announces no other data */
}

bool
allocation_must_fail(void)
{
    uint64_t *left = CORE_OWN(failures_left);
    uint64_t k = __atomic_load_n(left, __ATOMIC_RELAXED);
    if (k != 0)
        __atomic_store_n(left, k - 1, __ATOMIC_RELAXED);
    return k == 1;
}

static const char *const kind_names[PAGE_KINDS] = {"absent", "free",  "kernel", "slab",   "data",
                                                   "node",   "share", "table",  "budget", "module"};

/* --- start-up ----------------------------------------------------------------------------------------------- */

void
page_add(uint64_t frame)
{
    if (frame >= page_limit)
        panic("frame %lu lies beyond the machine's memory, which ends at frame %lu", frame, page_limit);
    struct page *page = &page_table_all[frame];
    if (page->kind != PAGE_ABSENT)
        panic("frame %lu is no free RAM: its kind is %s already", frame, kind_names[page->kind]);
    page->kind = PAGE_KERNEL; /* as if it were being freed */
    page_list_give(page);
}

void
page_lists_empty(void)
{
    for (uint32_t i = 0; i < core_count; i++) {
        struct page_list *list = page_list_of(i);
        ticket_lock(&list->lock);
        list->first = NULL;
        list->count = 0;
        ticket_unlock(&list->lock);
    }
}

void
page_deal(uint64_t first, uint64_t end)
{
    for (uint64_t frame = end; frame-- > first;) {
        struct page *page = &page_table_all[frame];
        if (page->kind == PAGE_ABSENT)
            continue;
        page->home = (uint16_t)core_index();
        if (page->kind == PAGE_FREE) {
            page->kind = PAGE_KERNEL; /* as if it were being freed */
            page_list_give(page);
        }
    }
}

struct page *
page_alloc_below(paddr_t limit, enum page_kind kind)
{
    struct page_list *list = page_list_of(0);
    ticket_lock(&list->lock);
    struct page **link = &list->first;
    while (*link != NULL && page_address(*link) >= limit)
        link = &(*link)->next;
    struct page *page = *link;
    if (page != NULL) {
        *link = page->next;
        list->count--;
        page_make_allocated(page, kind);
    }
    ticket_unlock(&list->lock);
    return page;
}

static void
pages_mark(paddr_t start, uint64_t bytes, enum page_kind kind)
{
    uint64_t end = minimum(round_up(start + bytes, PAGE_SIZE) >> PAGE_SHIFT, page_limit);
    for (uint64_t frame = start >> PAGE_SHIFT; frame < end; frame++)
        page_table_all[frame].kind = (uint8_t)kind;
}

void
page_begin(void)
{
    uint64_t limit = 0;
    for (uint32_t i = 0; i < boot.map_count; i++)
        if (boot.map[i].type == MEMORY_RAM)
            limit = maximum(limit, (boot.map[i].start + boot.map[i].length) >> PAGE_SHIFT);
    page_table_all = boot_allocate(limit * sizeof *page_table_all); /* zeros: PAGE_ABSENT */
    page_limit = limit;

    for (uint32_t i = 0; i < boot.map_count; i++)
        if (boot.map[i].type == MEMORY_KERNEL)
            pages_mark(boot.map[i].start, boot.map[i].length, PAGE_KERNEL);
    for (uint32_t i = 0; i < boot.module_count; i++)
        pages_mark(boot.module[i].start, boot.module[i].bytes, PAGE_MODULE);
    memory_map_pages(boot.map, boot.map_count, page_limit, page_add);
}

uint64_t
page_free_count(void)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < core_count; i++) {
        struct page_list *list = page_list_of(i);
        ticket_lock(&list->lock);
        count += list->count;
        ticket_unlock(&list->lock);
    }
    return count;
}

COMMAND(pages, "free pages of each core, and pages by what they are used for")
{
    uint64_t counts[PAGE_KINDS] = {};
    for (uint64_t frame = 0; frame < page_limit; frame++)
        counts[page_table_all[frame].kind]++;
    for (unsigned kind = PAGE_FREE; kind < PAGE_KINDS; kind++)
        console_print("%-8s %10lu pages %10lu KiB\n", kind_names[kind], counts[kind],
                      counts[kind] * PAGE_SIZE >> 10);
    for (uint32_t i = 0; i < core_count; i++)
        console_print("core %-3u %10lu free\n", i, page_list_of(i)->count);
}
