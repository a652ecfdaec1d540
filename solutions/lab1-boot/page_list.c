/* Exercise 1.3: the lists of free pages, one a core. The contract stands in page.h. */
#include "hole.h"
#include "page.h"
#include "panic.h"

struct page *
page_list_take(uint32_t home)
{
    /* BEGIN 1.3 */
    struct page_list *list = page_list_of(home);
    ticket_lock(&list->lock);
    struct page *page = list->first;
    if (page != NULL) {
        list->first = page->next;
        list->count--;
    }
    ticket_unlock(&list->lock);
    return page;
    /* END 1.3 */
}

void
page_list_give(struct page *page)
{
    /* BEGIN 1.3 */
    struct page_list *list = page_list_of(page->home);
    ticket_lock(&list->lock);
    if (page->kind == PAGE_FREE)
        panic("page %lu: freed twice", page_address(page) >> PAGE_SHIFT);
    page->kind = PAGE_FREE;
    page->next = list->first;
    list->first = page;
    list->count++;
    ticket_unlock(&list->lock);
    /* END 1.3 */
}
