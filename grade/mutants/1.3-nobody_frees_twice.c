/* exercise: 1.3
 * believed: whoever frees a page knows that it is not free yet
 * killed by: page_free_twice
 * fails: page_free_twice (mismatch; broke P1: list_count(0)), page_twice_race (mismatch) */
/* page_list.c body 2 */
    struct page_list *list = page_list_of(page->home);
    ticket_lock(&list->lock);
    page->kind = PAGE_FREE;
    page->next = list->first;
    list->first = page;
    list->count++;
    ticket_unlock(&list->lock);
