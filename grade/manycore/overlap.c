/* Streams, and misses in flight. */
#include "overlap.h"

#define PAGE_LINES (4096 / LINE)

#define MAXIMUM(a, b) ((a) > (b) ? (a) : (b))

static bool generous;

void
overlap_make(bool is_generous)
{
    generous = is_generous;
}

bool
stream_follow(struct core *core, uint64_t line)
{
    struct stream *oldest = &core->streams[0];
    for (uint64_t i = 0; i < machine.streams; i++) {
        struct stream *stream = &core->streams[i];
        int64_t step = (int64_t)(line - stream->line);
        if ((step == 1 || step == -1) && line / PAGE_LINES == stream->line / PAGE_LINES) {
            stream->hits = step == stream->step ? stream->hits + 1 : 1;
            stream->step = (int)step;
            stream->line = line;
            stream->used = core->clock;
            return stream->hits >= 2;
        }
        if (stream->used < oldest->used)
            oldest = stream;
    }
    if (machine.streams > 0)
        *oldest = (struct stream){.line = line, .used = core->clock};
    return false;
}

/* A load's place is free again when it has ended; no instruction begins that is too far behind it. */
static void
load_begin(struct core *core, uint64_t latency)
{
    struct flight *flight = &core->flight;
    core->clock = MAXIMUM(core->clock, flight->load_end[flight->load]);
    for (unsigned i = 0; i < MISSES_MOST; i++)
        if (core->counts.instructions - flight->load_at[i] > WINDOW_INSNS)
            core->clock = MAXIMUM(core->clock, flight->load_end[i]);
    flight->load_end[flight->load] = core->clock + latency;
    flight->load_at[flight->load] = core->counts.instructions;
    flight->load = (flight->load + 1) % MISSES_MOST;
}

/* Stores are seen in their order. */
static void
store_begin(struct core *core, uint64_t latency)
{
    struct flight *flight = &core->flight;
    core->clock = MAXIMUM(core->clock, flight->store_end[flight->store]);
    flight->store_last = MAXIMUM(flight->store_last, core->clock + latency);
    flight->store_end[flight->store] = flight->store_last;
    flight->store = (flight->store + 1) % STORES_MOST;
}

void
miss_begin(struct core *core, uint64_t latency, enum access_kind kind)
{
    if (generous && kind == ACCESS_READ)
        load_begin(core, latency);
    else if (generous && kind == ACCESS_WRITE)
        store_begin(core, latency);
    else
        core->clock += latency;
}

void
misses_end(struct core *core)
{
    struct flight *flight = &core->flight;
    if (!generous)
        return;
    core->clock = MAXIMUM(core->clock, flight->store_last);
    for (unsigned i = 0; i < MISSES_MOST; i++)
        core->clock = MAXIMUM(core->clock, flight->load_end[i]);
}
