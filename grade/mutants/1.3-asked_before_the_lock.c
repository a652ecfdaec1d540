/* exercise: 1.3
 * believed: only the list needs the lock; whether the page is free can be asked before
 * killed by: page_twice_race
 * fails: page_twice_race (race) */
/* page_list.c body 2 */
    struct page_list *list = page_list_of(page->home);
    if (page->kind == PAGE_FREE)
        panic("page %lu: freed twice", page_address(page) >> PAGE_SHIFT);
    ticket_lock(&list->lock);
    page->kind = PAGE_FREE;
    page->next = list->first;
    list->first = page;
    list->count++;
    ticket_unlock(&list->lock);
