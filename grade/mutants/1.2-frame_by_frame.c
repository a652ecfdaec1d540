/* exercise: 1.2
 * believed: no machine has so many frames that they could not be asked about one by one
 * killed by: memory_map_huge
 * fails: memory_map_huge (time-out) */
/* memory_map.c body 3 */
    for (size_t i = 0; i < count; i++) {
        if (map[i].type != MEMORY_RAM)
            continue;
        struct frames ram = frames_within(&map[i]);
        uint64_t end = minimum(ram.end, limit);
        for (uint64_t frame = maximum(ram.first, 1); frame < end; frame++) {
            bool taken = false;
            for (size_t j = 0; j < count; j++) {
                bool is_ram = map[j].type == MEMORY_RAM;
                struct frames other = is_ram ? frames_within(&map[j]) : frames_touched(&map[j]);
                taken |= (!is_ram || j < i) && other.first <= frame && frame < other.end;
            }
            if (!taken)
                add(frame);
        }
    }
