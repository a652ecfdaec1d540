/* exercise: 1.2
 * believed: what an entry calls RAM no other entry calls something else
 * killed by: memory_map_reserved_wins
 * fails: memory_map_reserved_wins (mismatch; added[i], where i is 3), memory_map_unsorted (mismatch; added[i], where i is 11), memory_map_edges (mismatch; added[i], where i is 9), memory_map_huge (mismatch; not so: frame < FRAMES), memory_map_random (mismatch; added[i], where i is 1), memory_map_machine (panic) */
/* memory_map.c body 3 */
    for (size_t i = 0; i < count; i++) {
        if (map[i].type != MEMORY_RAM)
            continue;
        struct frames ram = frames_within(&map[i]);
        for (uint64_t frame = maximum(ram.first, 1); frame < minimum(ram.end, limit); frame++) {
            bool seen = false;
            for (size_t j = 0; j < i; j++) {
                struct frames other = frames_within(&map[j]);
                seen = seen || (map[j].type == MEMORY_RAM && other.first <= frame && frame < other.end);
            }
            if (!seen)
                add(frame);
        }
    }
