/* QEMU's PCI devices reach memory through an address space of their own each, into which we put an IOMMU above all
 * else: one that leaves each address as it is, a line at a time, and hears which lines are asked for to be written.
 * What QEMU exports for that is what its own IOMMUs are made of (include/exec/memory.h, include/qom/object.h).
 *
 * A line goes when the device asks for it. It may write it somewhat later, and a driver does not touch it meanwhile.
 * Unseen are devices that bypass the PCI bus's address spaces: fw_cfg, and virtio without iommu_platform=on; and what a
 * device has mapped for good before, as AHCI has the few lines where it tells of commands that have ended.
 *
 * Devices work on other threads, at the host's pace: they leave the lines in a list (`lock`), which the processors'
 * thread empties when its next block begins. */
#define _GNU_SOURCE
#include "dma.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "memory.h"
#include "qemu.h"

#define TYPE         "manycore-iommu"
#define DEVICES_MOST 256
#define REGION_ROOM  4096        /* bytes for an IOMMUMemoryRegion, which has some hundred */
#define REGION_SIZE  (1ul << 46) /* of what a processor can address, more than there is */
#define ABOVE        1           /* the priority of the region in its container; the others have 0 */
#define COMMAND      4           /* in a PCI device's configuration; PCI 3.0, 6.2.2 */
#define BUS_MASTER   4u          /* the device may reach memory */

enum access { ACCESS_NONE, ACCESS_DEVICE_READS, ACCESS_DEVICE_WRITES, ACCESS_BOTH };

struct translation { /* IOMMUTLBEntry */
    void *space;
    uint64_t address, translated, mask;
    enum access allowed;
};

struct type { /* TypeInfo */
    const char *name, *parent;
    size_t instance_size, instance_align;
    void (*instance_init)(void *), (*instance_post_init)(void *), (*instance_finalize)(void *);
    bool abstract;
    size_t class_size;
    void (*class_init)(void *class, void *data), (*class_base_init)(void *class, void *data);
    void *class_data, *interfaces;
};

struct class { /* IOMMUMemoryRegionClass; behind an ObjectClass its methods */
    void *object_class[12];
    struct translation (*translate)(void *region, uint64_t address, enum access access, int index);
};

static struct {
    void *memory_space;
    void *(*root)(void);
    int (*each_child)(void *object, int (*act)(void *child, void *data), void *data);
    void *(*cast)(void *object, const char *type);
    void *(*part)(void *object, const char *name);
    void *(*class_of)(const char *type);
    void *(*register_type)(const struct type *type);
    void (*region_init)(void *region, size_t room, const char *type, void *owner, const char *name,
                        uint64_t size);
    void (*region_add)(void *container, uint64_t at, void *region, int priority);
    void *(*region_owner)(void *region);
    uint32_t (*read_configuration)(void *device, uint32_t at, int bytes);
} qemu;

static const struct {
    void *to;
    const char *name;
} wanted[] = {
    {&qemu.memory_space, "address_space_memory"},
    {&qemu.root, "object_get_root"},
    {&qemu.each_child, "object_child_foreach_recursive"},
    {&qemu.cast, "object_dynamic_cast"},
    {&qemu.part, "object_resolve_path_component"},
    {&qemu.class_of, "object_class_by_name"},
    {&qemu.register_type, "type_register_static"},
    {&qemu.region_init, "memory_region_init_iommu"},
    {&qemu.region_add, "memory_region_add_subregion_overlap"},
    {&qemu.region_owner, "memory_region_owner"},
    {&qemu.read_configuration, "pci_default_read_config"},
};

/* --- what devices have written ------------------------------------------------------------------------------------ */

bool dma_waits;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static uint64_t *lines;
static size_t line_count, line_room;

static void
line_note(uint64_t line)
{
    pthread_mutex_lock(&lock);
    if (line_count == line_room) {
        line_room = line_room == 0 ? 1024 : 2 * line_room;
        lines = realloc(lines, line_room * sizeof(*lines));
        if (lines == NULL) {
            perror("manycore");
            abort();
        }
    }
    lines[line_count++] = line;
    __atomic_store_n(&dma_waits, true,
                     __ATOMIC_RELEASE); /* the lock orders the list; who misses this sees the next */
    pthread_mutex_unlock(&lock);
}

void
dma_take(uint64_t now)
{
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < line_count; i++)
        memory_device_write(lines[i], now);
    line_count = 0;
    __atomic_store_n(&dma_waits, false, __ATOMIC_RELAXED); /* the lock is held */
    pthread_mutex_unlock(&lock);
}

/* --- watching --------------------------------------------------------------------------------------------------- */

static struct translation
translate(void *region, uint64_t address, enum access access, int index)
{
    (void)index;
    bool may = qemu.read_configuration(qemu.region_owner(region), COMMAND, 2) & BUS_MASTER;
    if (may && access & ACCESS_DEVICE_WRITES)
        line_note(address / LINE);
    return (struct translation){.space = qemu.memory_space,
                                .address = address & -LINE,
                                .translated = address & -LINE,
                                .mask = LINE - 1,
                                .allowed = may ? ACCESS_BOTH : ACCESS_NONE};
}

static void
class_make(void *class, void *data)
{
    (void)data;
    ((struct class *)class)->translate = translate;
}

static void *devices[DEVICES_MOST];
static size_t device_count;

static int
device_note(void *object, void *data)
{
    (void)data;
    if (device_count < DEVICES_MOST && qemu.cast(object, "pci-device") != NULL)
        devices[device_count++] = object;
    return 0;
}

/* False, and what is missing. Methods lie where we take them to be if one that has some has one there, and who has none
 * none. */
static bool
all_find(void)
{
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        *(void **)wanted[i].to = dlsym(RTLD_DEFAULT, wanted[i].name);
        if (*(void **)wanted[i].to == NULL) {
            fprintf(stderr, "manycore: this QEMU has no %s; 7.2 has\n", wanted[i].name);
            return false;
        }
    }
    const struct class *none = qemu.class_of("iommu-memory-region");
    const struct class *some = qemu.class_of("intel-iommu-iommu-memory-region");
    if (none != NULL && some != NULL && none->translate == NULL && some->translate != NULL)
        return true;
    fprintf(stderr, "manycore: this QEMU keeps the methods of an IOMMU elsewhere; 7.2 does not\n");
    return false;
}

static bool
device_watch(void *device)
{
    void *container = qemu.part(device, "bus master container[0]");
    void *region = calloc(1, REGION_ROOM);
    if (container == NULL || region == NULL) {
        fprintf(stderr, "manycore: this QEMU has no way to a PCI device's memory that we know; 7.2 has\n");
        return false;
    }
    qemu.region_init(region, REGION_ROOM, TYPE, device, TYPE, REGION_SIZE);
    qemu.region_add(container, 0, region, ABOVE);
    return true;
}

bool
dma_watch(void)
{
    static const struct type type = {.name = TYPE, .parent = "iommu-memory-region", .class_init = class_make};
    if (!all_find())
        return false;
    bool watched = true;
    qemu_lock();
    qemu.register_type(&type);
    qemu.each_child(qemu.root(), device_note, NULL);
    for (size_t i = 0; watched && i < device_count; i++)
        watched = device_watch(devices[i]);
    qemu_unlock();
    return watched;
}
