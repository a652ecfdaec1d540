/* exercise: 1.2
 * believed: a page of which some bytes are RAM is a page of RAM
 * killed by: memory_map_unaligned
 * fails: memory_map_unaligned (mismatch; added[i], where i is 1), memory_map_overlap (mismatch; added[i], where i is 9), memory_map_edges (mismatch; added[i], where i is 6), memory_map_random (mismatch; added[i], where i is 16) */
/* memory_map.c body 1 */
    return (struct frames){entry->start >> PAGE_SHIFT, (entry_end(entry) + PAGE_SIZE - 1) >> PAGE_SHIFT};
