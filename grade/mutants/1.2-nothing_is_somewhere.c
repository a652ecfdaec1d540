/* exercise: 1.2
 * believed: an entry of no bytes claims the page that it lies in
 * killed by: memory_map_edges
 * fails: memory_map_edges (mismatch; added[i], where i is 1), memory_map_random (mismatch; added[i], where i is 14) */
/* memory_map.c body 2 */
    return (struct frames){entry->start >> PAGE_SHIFT, ((entry_end(entry) - 1) >> PAGE_SHIFT) + 1};
