/* exercise: 1.2
 * believed: entries of RAM do not overlap each other
 * killed by: memory_map_overlap
 * fails: memory_map_overlap (mismatch; added[i], where i is 5), memory_map_random (mismatch; added[i], where i is 29) */
/* memory_map.c body 3 */
    for (size_t i = 0; i < count; i++) {
        if (map[i].type != MEMORY_RAM)
            continue;
        struct frames ram = frames_within(&map[i]);
        uint64_t frame = maximum(ram.first, 1), end = minimum(ram.end, limit);
        while (frame < end) {
            uint64_t stop = end;
            for (size_t j = 0; j < count; j++) {
                if (map[j].type == MEMORY_RAM)
                    continue;
                struct frames other = frames_touched(&map[j]);
                if (other.end <= frame || other.end <= other.first)
                    continue;
                if (other.first <= frame)
                    frame = other.end;
                else
                    stop = minimum(stop, other.first);
            }
            for (; frame < stop; frame++)
                add(frame);
        }
    }
