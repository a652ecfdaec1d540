/* exercise: 1.3
 * believed: a page belongs to the list of whoever frees it
 * killed by: page_free_home
 * fails: page_free_home (mismatch; broke P2: list_count(0)), page_twice_race (race) */
/* page_list.c body 2 */
    struct page_list *list = page_list_of(core_index());
    ticket_lock(&list->lock);
    if (page->kind == PAGE_FREE)
        panic("page %lu: freed twice", page_address(page) >> PAGE_SHIFT);
    page->kind = PAGE_FREE;
    page->next = list->first;
    list->first = page;
    list->count++;
    ticket_unlock(&list->lock);
