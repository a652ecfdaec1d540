/* exercise: 4.3
 * believed: copy entries instead of linking the table: right answers, N faults a page instead of 1
 * killed by: tree_link_ten_roots_fault_once */
/* fault_enter.c body 1 */
uint64_t needed = access == ACCESS_WRITE ? PERM_R | PERM_W : PERM_R;
if ((place->perm & needed) != needed || place->index >= place->segment->pages)
    return E_FAULT;
struct page *page;
int error = segment_touch(place->segment, place->index, access, &page);
if (error)
    return error;

queue_lock(&root->object.lock);
uint64_t *entry = tree_entry(root, address, true, &error); /* in a table of the root's own */
queue_unlock(&root->object.lock);
if (entry == NULL)
    return error;

struct tree_counts *counts = CORE_OWN(tree_counts);
uint64_t old = entry_load(entry);
bool there = old & ENTRY_PRESENT, enough = access == ACCESS_READ || (old & ENTRY_WRITE);
uint64_t perm = place->perm & (access == ACCESS_WRITE ? PERM_ALL : ~(uint64_t)PERM_W);
if (!there || !enough)
    entry_store(entry, page_address(page) | entry_bits(perm));
counts->page_ins += !there;
counts->late += there && enough;
return 0;
