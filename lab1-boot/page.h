/* Physical pages: one descriptor each, and one list of free pages a core.
 *
 * P1  A page is on one core's free list, or allocated; never both, never twice.
 * P2  Once the pages are dealt out a page's home never changes, and whoever frees it, it returns to its home core's
 *     list. So the memory near a core stays near that core. Only a core whose own list is empty steals: pages of
 *     another list then wait on its list, keep their home, and go there when they are freed.
 * P3  Only whole pages of RAM that nothing else claims are ever on a list.
 * Memory is named by the core whose list it comes from (`home`).
 * Lock order: one page list at a time, after every other lock. */
#ifndef COREY_PAGE_H
#define COREY_PAGE_H

#include "limbo.h"
#include "lock.h"
#include "paging.h"

struct account;

/* What a page is used for; the audit recounts each kind from the structures. */
enum page_kind {
    PAGE_ABSENT, /* not RAM, or not ours to give */
    PAGE_FREE,   /* on a list */
    PAGE_KERNEL, /* the kernel's own, for good */
    PAGE_SLAB,   /* blocks of object headers, mappings, small tables (lab 2) */
    PAGE_DATA,   /* contents of segments (lab 2) */
    PAGE_NODE,   /* inner node of a segment's tree (lab 2) */
    PAGE_SHARE,  /* slots of a share's table (lab 3) */
    PAGE_TABLE,  /* page table of an address tree (lab 4) */
    PAGE_BUDGET, /* an account's budgets (lab 3) */
    PAGE_MODULE, /* a boot module: read-only contents of a segment (lab 4); never freed */
    PAGE_KINDS,
};

struct page {
    uint32_t references; /* of an allocated page: nodes, tables, mappings that point to it; atomic */
    uint16_t home;
    uint8_t kind;            /* enum page_kind */
    struct account *account; /* while in limbo: where its charge returns (may be null) */
    union {
        struct page *next;       /* on a free list */
        struct limbo_item limbo; /* in limbo */
        struct {                 /* a slab (lab 2) */
            struct page *next_slab;
            uint16_t core;      /* whose slab it is: the page's home, unless the page was stolen */
            uint16_t block;     /* bytes of a block */
            uint8_t first_free; /* offset of the first free block, in units of 64 bytes; 0xFF: none */
            uint8_t used;       /* blocks in use */
            uint8_t listed;     /* whether it is on its core's list of slabs with free blocks */
        } slab;
    };
};

extern struct page *page_table_all; /* descriptors by frame number, page_limit of them */
extern uint64_t page_limit;

static inline struct page *
page_at(paddr_t address)
{
    return &page_table_all[address >> PAGE_SHIFT];
}

static inline paddr_t
page_address(const struct page *page)
{
    return (paddr_t)(page - page_table_all) << PAGE_SHIFT;
}

/* The page's bytes, through the direct map. */
static inline void *
page_bytes(const struct page *page)
{
    return direct(page_address(page));
}

struct page_list {
    struct ticket_lock lock; /* guards all below */
    struct page *first;      /* linked by page->next */
    uint64_t count;
};

extern PER_CORE struct page_list page_list;

/* Core `home`'s list. */
static inline struct page_list *
page_list_of(uint32_t home)
{
    return CORE_AT(home, page_list);
}

/* --- exercise 1.3 ------------------------------------------------------------------------------------------ */

/* Takes a page off core home's list, or returns null when it is empty. Its kind is still PAGE_FREE: page_alloc sets
 * it. `count` follows. Any core, any home; the list's lock is not held. */
struct page *page_list_take(uint32_t home);

/* Puts a page back on the list of the page's home core (P2), and marks it PAGE_FREE. Panics on a page that is
 * PAGE_FREE already (P1): a double free. `count` follows. Any core; the list's lock is not held. */
void page_list_give(struct page *page);

/* --- given -------------------------------------------------------------------------------------------------- */

/* A page off core home's list, with references = 1, the kind asked for, and whatever bytes were in it. Where that list
 * is empty, it first gets a batch from another core's, so the page may have another home. Null: there is none. */
struct page *page_alloc(uint32_t home, enum page_kind kind);

/* A page, still PAGE_FREE and on no list, from the next list after core home's that has any; or null. Of a batch,
 * half of that list at most, it is the first, and the others go to core home's list. For page_alloc. */
struct page *page_steal(uint32_t home);

/* The same, all bytes zero. */
struct page *page_alloc_zeroed(uint32_t home, enum page_kind kind);

/* Frees an allocated page at once. References must be 0 or 1; nobody else can reach it. */
void page_free(struct page *page);

/* Frees an allocated page after a grace period; its charge returns to `account` (may be null) when it leaves
 * limbo. */
void page_free_later(struct page *page, struct account *account);

/* One reference more; the caller holds one already. */
void page_hold(struct page *page);

/* One reference less; true when it was the last: the page is then the caller's to free. */
bool page_drop(struct page *page);

/* Makes the descriptors, all of home 0, and empty lists, then the lists (exercise 1.2). Start-up, once. */
void page_begin(void);

/* Puts one frame that is wholly RAM on its home core's list, which is core 0's until the pages are dealt out. What
 * exercise 1.2 calls for each; panics when called twice for a frame, or for one that the kernel has taken, or that lies
 * at page_limit or beyond. */
void page_add(uint64_t frame);

/* Empties all lists: their pages are on none, and still PAGE_FREE, until page_deal has given out all frames. Start-up,
 * when all cores are up and none has work yet. */
void page_lists_empty(void);

/* Makes this core the home of the pages of frames [first, end), and puts those that are free on its list, the lowest in
 * front. Called by the core that they are for: so their descriptors are in its own caches. */
void page_deal(uint64_t first, uint64_t end);

/* As page_alloc, of the pages below this address, on core 0's list. For what a processor wants low. Start-up only. */
struct page *page_alloc_below(paddr_t limit, enum page_kind kind);

/* Free pages of all cores. */
uint64_t page_free_count(void);

/* --- failures on demand, for tests -------------------------------------------------------------------------- */

/* Makes this core's k-th next allocation of a page, slab block or table fail, once; 0 turns it off. */
void allocation_fail_at(uint32_t core, uint64_t k);

/* Counts an allocation on this core; true when this one is to fail. Every allocator asks first. */
bool allocation_must_fail(void);

/* Returns a charge to an account. Until lab 3 there are no accounts (weak default: does nothing). */
void account_refund(struct account *account, uint64_t bytes);

#endif
