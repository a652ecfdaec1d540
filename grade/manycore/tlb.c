/* Translations, as a core has them. A walk reads the guest's tables as they stand after the access, which is when the
 * plugin hears of it: what it finds there is what the processor has found. */
#include "tlb.h"

#include <stdlib.h>

#include "plugin.h"
#include "qemu.h"

#define TABLE_ADDRESS 0x000ffffffffff000ul
#define TABLE_PRESENT 1ul
#define TABLE_LARGE   0x80ul
#define TABLE_GLOBAL  0x100ul

static bool charged;

static bool
level_make(struct tlb_level *level, const struct cache_shape *shape)
{
    level->ways = (uint32_t)shape->ways;
    level->sets = (uint32_t)(shape->bytes / shape->ways);
    level->entries = calloc(shape->bytes, sizeof(*level->entries));
    for (uint64_t i = 0; level->entries != NULL && i < shape->bytes; i++)
        level->entries[i].page = NO_PAGE;
    return level->entries != NULL;
}

bool
tlb_make(bool is_charged)
{
    static struct tlb_entry never = {.page = NO_PAGE, .change = 1};
    charged = is_charged;
    bool made = true;
    for (unsigned i = 0; i < core_count; i++) {
        struct tlb *tlb = &cores[i].tlb;
        made = made && level_make(&tlb->small, &machine.dtlb) &&
               level_make(&tlb->large, &machine.dtlb_large) && level_make(&tlb->second, &machine.dtlb2);
        for (unsigned j = 0; j < FILTER_SIZE; j++)
            tlb->filter[j] = (struct filter){.page = NO_PAGE, .entry = &never};
        tlb->tables_written = true;
    }
    return made;
}

/* --- one level ---------------------------------------------------------------------------------------------------- */

/* Pages of different sizes have different numbers in the second level, too. */
static uint64_t
page_key(uint64_t address, unsigned shift)
{
    return address >> shift | (uint64_t)shift << 56;
}

static struct tlb_entry *
level_find(const struct tlb_level *level, uint64_t key)
{
    struct tlb_entry *set = level->entries + key % level->sets * level->ways;
    for (uint32_t way = 0; way < level->ways; way++)
        if (set[way].page == key)
            return &set[way];
    return NULL;
}

static void
entry_clear(struct tlb_entry *entry)
{
    entry->page = NO_PAGE;
    entry->used = 0;
    entry->change++;
}

static struct tlb_entry *
level_insert(const struct tlb_level *level, uint64_t key, bool global, uint64_t now)
{
    struct tlb_entry *set = level->entries + key % level->sets * level->ways, *oldest = set;
    for (uint32_t way = 1; way < level->ways; way++)
        if (set[way].used < oldest->used)
            oldest = &set[way];
    entry_clear(oldest);
    oldest->page = key;
    oldest->global = global;
    oldest->used = now;
    return oldest;
}

static void
level_flush(const struct tlb_level *level, bool all)
{
    for (uint32_t i = 0; i < level->sets * level->ways; i++)
        if (level->entries[i].page != NO_PAGE && (all || !level->entries[i].global))
            entry_clear(&level->entries[i]);
}

static void
level_forget(const struct tlb_level *level, uint64_t key)
{
    struct tlb_entry *entry = level_find(level, key);
    if (entry != NULL)
        entry_clear(entry);
}

void
tlb_flush(struct core *core, bool all)
{
    struct tlb *tlb = &core->tlb;
    level_flush(&tlb->small, all);
    level_flush(&tlb->large, all);
    level_flush(&tlb->second, all);
    for (unsigned i = 0; i < WALKS_KEPT; i++)
        tlb->kept[i].window = 0;
    tlb->tables_written = true;
}

void
tlb_forget(struct core *core, uint64_t address)
{
    struct tlb *tlb = &core->tlb;
    for (unsigned shift = 12; shift <= 30; shift += 9) {
        level_forget(shift == 12 ? &tlb->small : &tlb->large, page_key(address, shift));
        level_forget(&tlb->second, page_key(address, shift));
    }
    for (unsigned i = 0; i < WALKS_KEPT; i++)
        tlb->kept[i].window = 0;
}

/* --- walks -------------------------------------------------------------------------------------------------------- */

static uint64_t
table_entry(struct core *core, uint64_t table, uint64_t address, unsigned shift)
{
    uint64_t physical = (table & TABLE_ADDRESS) + (address >> shift & 511) * 8, entry;
    const struct origin origin = {core->block != NULL ? core->block->address : 0, address};
    qemu_memory_read(physical, &entry, sizeof(entry));
    if (charged)
        memory_access(core, physical / LINE, ACCESS_WALK, &origin);
    else
        profile_touch(core, physical / LINE, false, &origin);
    return entry;
}

/* The shift of the page in which the address lies, and whether it is global. Tables that are not there, because the
 * address was translated before they went: 12. */
static unsigned
walk(struct core *core, uint64_t address, bool *global)
{
    struct tlb *tlb = &core->tlb;
    uint64_t window = (address >> 21) + 1, before = core->clock;
    unsigned slot = window % WALKS_KEPT, shift = 39;
    if (tlb->tables_written) {
        tlb->tables = qemu_register(core->index, QEMU_CR3);
        tlb->tables_written = false;
    }
    uint64_t table = tlb->tables, entry;
    core->counts.walks++;
    if (tlb->kept[slot].window == window)
        table = tlb->kept[slot].table, shift = 12;
    for (;; shift -= 9) {
        entry = table_entry(core, table, address, shift);
        if (!(entry & TABLE_PRESENT) || shift == 12 || (shift < 39 && entry & TABLE_LARGE))
            break;
        table = entry;
        if (shift == 21)
            tlb->kept[slot].window = window, tlb->kept[slot].table = table;
    }
    core->counts.walk_cycles += core->clock - before;
    *global = entry & TABLE_GLOBAL;
    return entry & TABLE_PRESENT ? shift : 12;
}

uint64_t
tlb_walk(unsigned index, uint64_t address)
{
    uint64_t entry = qemu_register(index, QEMU_CR3), size;
    for (unsigned shift = 39;; shift -= 9) {
        qemu_memory_read((entry & TABLE_ADDRESS) + (address >> shift & 511) * 8, &entry, sizeof(entry));
        if (!(entry & TABLE_PRESENT))
            return NO_PAGE;
        size = 1ul << shift;
        if (shift == 12 || (shift < 39 && entry & TABLE_LARGE))
            return (entry & TABLE_ADDRESS & -size) | (address & (size - 1));
    }
}

/* The entry of the first level for the address, which has none there. */
static struct tlb_entry *
translation_fetch(struct core *core, uint64_t address)
{
    struct tlb *tlb = &core->tlb;
    for (unsigned shift = 12; shift <= 30; shift += 9) {
        struct tlb_entry *found = level_find(&tlb->second, page_key(address, shift));
        if (found == NULL)
            continue;
        found->used = core->clock;
        core->clock += charged ? machine.dtlb2.latency : 0;
        return level_insert(shift == 12 ? &tlb->small : &tlb->large, found->page, found->global, core->clock);
    }
    bool global;
    unsigned shift = walk(core, address, &global);
    uint64_t key = page_key(address, shift);
    level_insert(&tlb->second, key, global, core->clock);
    return level_insert(shift == 12 ? &tlb->small : &tlb->large, key, global, core->clock);
}

uint64_t
tlb_miss(struct core *core, uint32_t info, uint64_t address)
{
    struct tlb *tlb = &core->tlb;
    struct tlb_entry *entry = level_find(&tlb->small, page_key(address, 12));
    for (unsigned shift = 21; entry == NULL && shift <= 30; shift += 9)
        entry = level_find(&tlb->large, page_key(address, shift));
    if (entry == NULL)
        entry = translation_fetch(core, address);
    const struct qemu_plugin_hwaddr *place = qemu_plugin_get_hwaddr(info, address);
    uint64_t physical = place == NULL || qemu_plugin_hwaddr_is_io(place)
                            ? NO_PAGE
                            : qemu_plugin_hwaddr_phys_addr(place) >> 12;
    tlb->filter[address / 4096 % FILTER_SIZE] =
        (struct filter){.page = address >> 12, .physical = physical, .entry = entry, .change = entry->change};
    return physical;
}
