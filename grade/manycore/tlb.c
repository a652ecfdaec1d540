/* Translations, as a core has them. A walk reads the guest's tables as they stand after the access, which is when the
 * plugin hears of it: what it finds there is what the processor has found.
 *
 * Where a page is comes from these walks alone. QEMU up to 8.1 tells plugins wrong addresses of all memory but the
 * first node's: it adds where the node begins twice, once as its block's offset and once as its region's address. */
#include "tlb.h"

#include <stdlib.h>

#include "plugin.h"
#include "qemu.h"

#define CR0_PAGING    0x80000000ul
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

#define PAGE_SHIFT(key) ((key) >> 56)

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
level_insert(const struct tlb_level *level, const struct tlb_entry *from, uint64_t now)
{
    struct tlb_entry *set = level->entries + from->page % level->sets * level->ways, *oldest = set;
    for (uint32_t way = 1; way < level->ways; way++)
        if (set[way].used < oldest->used)
            oldest = &set[way];
    entry_clear(oldest);
    oldest->page = from->page;
    oldest->frame = from->frame;
    oldest->global = from->global;
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

/* The core's own tables; NO_PAGE: it has no paging yet. */
static uint64_t
tables_of(unsigned index)
{
    return qemu_register(index, QEMU_CR0) & CR0_PAGING ? qemu_register(index, QEMU_CR3) : NO_PAGE;
}

/* What the tables say: the last entry, which is not present where they have no translation; and the shift of the
 * page. */
static uint64_t
walk(struct core *core, uint64_t address, unsigned *shift)
{
    struct tlb *tlb = &core->tlb;
    uint64_t window = (address >> 21) + 1, before = core->clock;
    unsigned slot = window % WALKS_KEPT;
    uint64_t table = tlb->tables, entry;
    *shift = 39;
    core->counts.walks++;
    if (tlb->kept[slot].window == window)
        table = tlb->kept[slot].table, *shift = 12;
    for (;; *shift -= 9) {
        entry = table_entry(core, table, address, *shift);
        if (!(entry & TABLE_PRESENT) || *shift == 12 || (*shift < 39 && entry & TABLE_LARGE))
            break;
        table = entry;
        if (*shift == 21)
            tlb->kept[slot].window = window, tlb->kept[slot].table = table;
    }
    core->counts.walk_cycles += core->clock - before;
    return entry;
}

uint64_t
tlb_walk(unsigned index, uint64_t address)
{
    uint64_t entry = tables_of(index), size;
    if (entry == NO_PAGE)
        return address;
    for (unsigned shift = 39;; shift -= 9) {
        qemu_memory_read((entry & TABLE_ADDRESS) + (address >> shift & 511) * 8, &entry, sizeof(entry));
        if (!(entry & TABLE_PRESENT))
            return NO_PAGE;
        size = 1ul << shift;
        if (shift == 12 || (shift < 39 && entry & TABLE_LARGE))
            return (entry & TABLE_ADDRESS & -size) | (address & (size - 1));
    }
}

/* --- misses ------------------------------------------------------------------------------------------------------- */

/* The entry of the first level for the address, which has none there; null: the tables have none, either. */
static struct tlb_entry *
translation_fetch(struct core *core, uint64_t address)
{
    struct tlb *tlb = &core->tlb;
    struct tlb_entry found;
    for (unsigned shift = 12; shift <= 30; shift += 9) {
        struct tlb_entry *second = level_find(&tlb->second, page_key(address, shift));
        if (second == NULL)
            continue;
        second->used = core->clock;
        core->clock += charged ? machine.dtlb2.latency : 0;
        found = *second;
        return level_insert(shift == 12 ? &tlb->small : &tlb->large, &found, core->clock);
    }
    unsigned shift;
    uint64_t entry = walk(core, address, &shift);
    if (!(entry & TABLE_PRESENT))
        return NULL;
    found.page = page_key(address, shift);
    found.frame = (entry & TABLE_ADDRESS & -(1ul << shift)) >> 12;
    found.global = entry & TABLE_GLOBAL;
    level_insert(&tlb->second, &found, core->clock);
    return level_insert(shift == 12 ? &tlb->small : &tlb->large, &found, core->clock);
}

uint64_t
tlb_miss(struct core *core, uint32_t info, uint64_t address)
{
    struct tlb *tlb = &core->tlb;
    const struct qemu_plugin_hwaddr *place = qemu_plugin_get_hwaddr(info, address);
    bool device = place == NULL || qemu_plugin_hwaddr_is_io(place);
    if (tlb->tables_written) {
        tlb->tables = tables_of(core->index);
        tlb->tables_written = false;
    }
    if (tlb->tables == NO_PAGE)
        return device ? NO_PAGE : address >> 12;
    struct tlb_entry *entry = level_find(&tlb->small, page_key(address, 12));
    for (unsigned shift = 21; entry == NULL && shift <= 30; shift += 9)
        entry = level_find(&tlb->large, page_key(address, shift));
    if (entry == NULL)
        entry = translation_fetch(core, address);
    if (entry == NULL)
        return device ? NO_PAGE : LOST_PAGE;
    uint64_t within = (1ul << (PAGE_SHIFT(entry->page) - 12)) - 1;
    uint64_t physical = device ? NO_PAGE : entry->frame + (address >> 12 & within);
    tlb->filter[address / 4096 % FILTER_SIZE] =
        (struct filter){.page = address >> 12, .physical = physical, .entry = entry, .change = entry->change};
    return physical;
}
