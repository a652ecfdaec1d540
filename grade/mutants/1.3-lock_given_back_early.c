/* exercise: 1.3
 * believed: the lock is for looking at the list; what has been found there is ours
 * killed by: page_cores_lists */
/* page_list.c body 1 */
    struct page_list *list = page_list_of(home);
    ticket_lock(&list->lock);
    struct page *page = list->first;
    ticket_unlock(&list->lock);
    if (page != NULL) {
        list->first = page->next;
        list->count--;
    }
    return page;
