/* exercise: 1.3
 * believed: the second of two frees has nothing left to do
 * killed by: page_free_twice
 * fails: page_free_twice (mismatch; not so: panics), page_twice_race (mismatch) */
/* page_list.c body 2 */
    struct page_list *list = page_list_of(page->home);
    ticket_lock(&list->lock);
    if (page->kind == PAGE_FREE) {
        ticket_unlock(&list->lock);
        return;
    }
    page->kind = PAGE_FREE;
    page->next = list->first;
    list->first = page;
    list->count++;
    ticket_unlock(&list->lock);
