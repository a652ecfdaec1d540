/* Which cores share their last cache: by CPUID, and the bits of their APIC ids. */
#include "core.h"
#include "machine.h"
#include "startup.h"

#define CACHE_LAST       3           /* subleaf: the third level */
#define AMD_FEATURES     0x80000001u /* APM vol. 3, appendix E: ecx bit 22, "topology extensions" */
#define AMD_TOPOLOGY     (1u << 22)
#define LEAF_CACHES      4u /* SDM vol. 2A, CPUID: eax bits 4:0 kind, 0: none; 25:14 ids that share it - 1 */
#define LEAF_CACHES_AMD  0x8000001du /* the same */
#define LEAF_LEVELS      0xbu /* ecx bits 15:8 kind of level, 0: none; eax bits 4:0 bits of the ids within it */
#define LEAF_LEVELS_DIES 0x1fu /* the same, dies told apart */
#define LEVEL_DIE        5u

/* Bits of an APIC id that tell cores with one third-level cache apart. 0: it is not known that there is one. */
static unsigned
cache_bits(void)
{
    uint32_t last = cpuid_read(0, 0).eax, leaf = LEAF_CACHES;
    if (cpuid_read(0x80000000u, 0).eax >= LEAF_CACHES_AMD && (cpuid_read(AMD_FEATURES, 0).ecx & AMD_TOPOLOGY))
        leaf = LEAF_CACHES_AMD;
    else if (last < LEAF_CACHES)
        return 0;
    uint32_t cache = cpuid_read(leaf, CACHE_LAST).eax, sharing = (cache >> 14 & 0xfff) + 1;
    return (cache & 0x1f) == 0 || sharing == 1 ? 0 : 32 - (unsigned)__builtin_clz(sharing - 1);
}

/* Bits of an APIC id that tell cores of one die apart, or of one package where dies are not told. */
static unsigned
die_bits(void)
{
    uint32_t last = cpuid_read(0, 0).eax;
    uint32_t leaf =
        last >= LEAF_LEVELS_DIES && cpuid_read(LEAF_LEVELS_DIES, 0).ebx != 0 ? LEAF_LEVELS_DIES : LEAF_LEVELS;
    unsigned bits = 0;
    for (uint32_t level = 0; last >= LEAF_LEVELS; level++) {
        struct cpuid id = cpuid_read(leaf, level);
        uint32_t kind = id.ecx >> 8 & 0xff;
        if (kind == 0 || kind >= LEVEL_DIE)
            break;
        bits = id.eax & 0x1f;
    }
    return bits;
}

/* After the cores' own stage: all are up, and none has work. */
STARTUP(51, clusters)
{
    unsigned bits = cache_bits();
    if (bits == 0)
        bits = die_bits();
    for (uint32_t i = 0; i < core_count; i++)
        core_cluster[i] = (uint16_t)(CORE_AT(i, core_words)->apic_id >> bits);
}
