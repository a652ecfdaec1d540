/* The audit's comparison. A page's scratch word (object_walk.h) holds its references, a slab page's a bit a block. */
#include "audit_count.h"

#include "console.h"
#include "core.h"
#include "object_walk.h"
#include "paging.h"
#include "slab.h"
#include "string.h"

#define PRINTED_MOST 8

static uint64_t mismatches;
static struct account *accounts_waiting; /* reached, their own parts not yet counted */
static struct account *accounts_counted;

void
audit_begin(void)
{
    mismatches = 0;
    accounts_waiting = NULL;
    accounts_counted = NULL;
}

void
audit_equal(const char *what, uint64_t which, uint64_t counted, uint64_t stored)
{
    if (counted == stored)
        return;
    if (mismatches++ < PRINTED_MOST)
        console_print("audit: %s %lx: counted %lu, stored %lu\n", what, which, counted, stored);
}

bool
audit_page(const struct page *page, enum page_kind kind)
{
    audit_equal("kind of page", page_address(page), kind, page->kind);
    return (*walk_word(page))++ == 0;
}

uint64_t
audit_memory(const void *memory, enum page_kind kind)
{
    const struct page *page = page_at(physical(memory));
    if (page->kind != PAGE_SLAB) {
        audit_page(page, kind);
        return PAGE_SIZE;
    }
    audit_equal("owners of block", (uint64_t)memory, 1, walk_meet(memory) ? 2 : 1);
    return slab_size_of(memory);
}

void
audit_account(struct account *account)
{
    if (account == NULL)
        return;
    if (!walk_meet(account)) {
        memset(&account->counted, 0, sizeof(account->counted));
        account->counted.next = accounts_waiting;
        accounts_waiting = account;
    }
    account->counted.references++;
}

void
audit_charge(struct account *account, uint64_t bytes)
{
    if (account != NULL)
        account->counted.bytes += bytes;
}

/* What an account itself is made of, and what its parent has given for it. */
static void
audit_account_parts(struct account *account)
{
    for (uint32_t i = 0; i * BUDGETS_PER_BLOCK < account->cores; i++)
        audit_memory(account->budget[i], PAGE_BUDGET);
    audit_account(account->parent);
    if (account->parent != NULL)
        account->parent->counted.moved += account->limit + account->overhead;
}

static void
audit_accounts(void)
{
    while (accounts_waiting != NULL) {
        struct account *account = accounts_waiting;
        accounts_waiting = account->counted.next;
        audit_account_parts(account);
        account->counted.next = accounts_counted;
        accounts_counted = account;
    }
    for (struct account *account = accounts_counted; account != NULL; account = account->counted.next) {
        uint64_t which = (uint64_t)account;
        audit_equal("references of account", which, account->counted.references,
                    account_references(account) + account->shares);
        audit_equal("bytes used of account", which, account->counted.bytes, account_used(account));
        audit_equal("bytes moved from account", which, account->counted.moved, account->moved);
        audit_equal("bytes in limbo of account", which, 0, account_in_limbo(account));
    }
}

static void
audit_free_lists(void)
{
    for (uint32_t i = 0; i < core_count; i++) {
        struct page_list *list = page_list_of(i);
        uint64_t count = 0;
        for (struct page *page = list->first; page != NULL && count <= list->count;
             page = page->next, count++) {
            audit_page(page, PAGE_FREE);
            audit_equal("home of free page is a core", page_address(page), 1, page->home < core_count);
        }
        audit_equal("free pages of core", i, count, list->count);
    }
}

/* How many references lead to the page beyond those that were met: a module is its own owner, once it is used. */
static uint64_t
page_references_met(const struct page *page)
{
    uint64_t met = *walk_word(page);
    return page->kind == PAGE_MODULE && page->references != 0 ? met + 1 : met;
}

static unsigned
bits_set(uint64_t word)
{
    unsigned count = 0;
    for (; word != 0; word &= word - 1)
        count++;
    return count;
}

static void
audit_page_compare(const struct page *page)
{
    uint64_t address = page_address(page), met = page_references_met(page);
    switch (page->kind) {
    case PAGE_ABSENT:
    case PAGE_KERNEL: /* the kernel's own, which no structure lists */
        break;
    case PAGE_FREE:
        audit_equal("times on a free list, page", address, met, 1);
        break;
    case PAGE_SLAB:
        audit_equal("blocks in use of slab", address, bits_set(met), page->slab.used);
        break;
    default:
        audit_equal("references of page", address, met, page->references);
    }
}

void
audit_compare(struct books_audit *audit)
{
    *audit = (struct books_audit){.limbo = limbo_waiting()};
    for (struct object *object = walk_met(NULL); object != NULL; object = walk_met(object)) {
        audit_equal("references of object", object->id, object->counted, object->references);
        audit->objects++;
    }
    audit_accounts();
    audit_free_lists();
    for (uint64_t frame = 0; frame < page_limit; frame++) {
        audit_page_compare(&page_table_all[frame]);
        audit->pages[page_table_all[frame].kind]++;
    }
    audit->mismatches = mismatches;
}
