/* exercise: 1.3
 * believed: a core's list is that core's: no other comes at the same time, so no lock is needed
 * killed by: page_race */
/* page_list.c body 1 */
    struct page_list *list = page_list_of(home);
    struct page *page = list->first;
    if (page != NULL) {
        list->first = page->next;
        list->count--;
    }
    return page;
/* page_list.c body 2 */
    struct page_list *list = page_list_of(page->home);
    if (page->kind == PAGE_FREE)
        panic("page %lu: freed twice", page_address(page) >> PAGE_SHIFT);
    page->kind = PAGE_FREE;
    page->next = list->first;
    list->first = page;
    list->count++;
