/* Where a core gets pages whose own list is empty. The search begins at its neighbour, so that cores in need do not all
 * rob the same one; no two lists are ever locked at a time. */
#include "core.h"
#include "page.h"

#define STEAL_MOST                                                                                           \
    64 /* pages at a time: so that a core with no memory of its own seldom meets others' locks */

/* A chain of pages that are on no list; still PAGE_FREE, linked by page->next. */
struct page_chain {
    struct page *first, *last;
    uint64_t count;
};

/* Takes half of what a list has, rounded up, and no more than a batch. */
static struct page_chain
page_chain_take(struct page_list *list)
{
    struct page_chain chain = {};
    ticket_lock(&list->lock);
    chain.count = minimum((list->count + 1) / 2, STEAL_MOST);
    if (chain.count > 0) {
        chain.first = chain.last = list->first;
        for (uint64_t i = 1; i < chain.count; i++)
            chain.last = chain.last->next;
        list->first = chain.last->next;
        list->count -= chain.count;
    }
    ticket_unlock(&list->lock);
    return chain;
}

static void
page_chain_give(struct page_list *list, const struct page_chain *chain)
{
    ticket_lock(&list->lock);
    chain->last->next = list->first;
    list->first = chain->first;
    list->count += chain->count;
    ticket_unlock(&list->lock);
}

struct page *
page_steal(uint32_t home)
{
    for (uint32_t i = 1; i < core_count; i++) {
        struct page_chain chain = page_chain_take(page_list_of((home + i) % core_count));
        if (chain.count == 0)
            continue;
        struct page *page = chain.first;
        chain.first = page->next;
        if (--chain.count > 0)
            page_chain_give(page_list_of(home), &chain);
        return page;
    }
    return NULL;
}
