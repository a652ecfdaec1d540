/* exercise: 1.2
 * believed: frame 0 is a page of RAM like any other
 * killed by: memory_map_edges
 * fails: memory_map_edges (mismatch; added[i], where i is 0), memory_map_random (mismatch; added[i], where i is 0), memory_map_machine (mismatch; kind of frame 0, which nobody may have) */
/* memory_map.c body 3 */
    for (size_t i = 0; i < count; i++) {
        if (map[i].type != MEMORY_RAM)
            continue;
        struct frames ram = frames_within(&map[i]);
        uint64_t frame = ram.first, end = minimum(ram.end, limit);
        while (frame < end) {
            uint64_t stop = end;
            for (size_t j = 0; j < count; j++) {
                bool is_ram = map[j].type == MEMORY_RAM;
                if (is_ram && j >= i)
                    continue;
                struct frames other = is_ram ? frames_within(&map[j]) : frames_touched(&map[j]);
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
