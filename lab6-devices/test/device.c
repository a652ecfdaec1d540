/* Exercise 6.1: claims, hand-overs, and the death of owners. The device is the clock, whose timer goes off only when
 * this core crosses, however late that is. */
#include "device.h"

#include "limbo.h"
#include "machine.h"
#include "page.h"
#include "paging.h"
#include "segment_pin.h"
#include "slab.h"
#include "test.h"

#define PAGES 4

static struct device *port, *device;
static struct segment *segment;
static uint64_t pages_before, blocks_before;

static void
books_note(void)
{
    pages_before = page_free_count();
    blocks_before = slab_blocks_used();
}

static void
books_check(void)
{
    test_cross();
    check_no_leak(pages_before, page_free_count());
    check_no_leak(blocks_before, slab_blocks_used());
}

/* Byte `offset` of the segment, page made to be there. */
static void *
segment_at(uint64_t offset)
{
    struct page *page;
    queue_lock(&segment->object.lock);
    check_equal(0, segment_page(segment, offset / PAGE_SIZE, ACCESS_WRITE, &page));
    queue_unlock(&segment->object.lock);
    return (char *)page_bytes(page) + offset % PAGE_SIZE;
}

/* A request at `offset` that the clock answers in a moment. */
static struct device_buffer *
request_at(uint64_t offset, uint64_t length)
{
    struct device_buffer *header = segment_at(offset);
    *header = (struct device_buffer){.op = CLOCK_SAMPLE, .length = length};
    header->argument[0] = clock_ticks() + clock_frequency / 1000;
    return header;
}

static void
device_make(void)
{
    books_note();
    port = port_find("clock");
    check_equal(0, device_claim(port, NULL, 0, "clock", &device));
    check_equal(0, segment_create(NULL, 0, "buffer", &segment));
    check_equal(0, segment_set_pages(segment, PAGES));
}

static void
wait_until_quiet(void)
{
    while (port->in_flight > 0) {
        core_rest();
        core_leave();
        core_enter();
    }
}

TEST(device_claim_once)
{
    struct device *second = NULL;
    books_note();
    port = port_find("clock");
    check_equal(DEVICE_FREE, port->condition);
    check_equal(0, device_claim(port, NULL, 0, "first", &device));
    check_equal(DEVICE_CLAIMED, port->condition);
    check(device->port == port);
    check_equal(OBJECT_DEVICE, device->object.type);
    check_equal(E_BUSY, device_claim(port, NULL, 0, "second", &second));
    check(second == NULL);
    check_equal(DEVICE_CLAIMED, port->condition); /* the claim that failed frees nothing */

    object_drop(&device->object);
    check_equal(DEVICE_FREE, port->condition);
    check_equal(0, device_claim(port, NULL, 0, "again", &device));
    object_drop(&device->object);
    books_check();
}

TEST(device_claim_fails_clean)
{
    books_note();
    port = port_find("clock");
    allocation_fail_at(0, 1);
    check_equal(E_NOMEM, device_claim(port, NULL, 0, "", &device));
    allocation_fail_at(0, 0);
    check_equal(DEVICE_FREE, port->condition);
    books_check();
}

/* D2: what the device may touch stays where it is, and nobody gets a share in it. */
TEST(device_pins)
{
    device_make();
    struct device_buffer *header = request_at(PAGE_SIZE, 2 * PAGE_SIZE);
    check_equal(0, device_hand_over(device, segment, PAGE_SIZE));
    check_equal(1, port->in_flight);
    check_equal(0, header->done);
    check_equal(E_BUSY, segment_set_pages(segment, PAGES - 1));
    check_equal(PAGES, segment->pages);

    struct segment *copy;
    struct page *page;
    check_equal(0, segment_copy(segment, COPY_ON_WRITE, NULL, 0, "copy", &copy));
    queue_lock(&copy->object.lock);
    check_equal(0, segment_page(copy, 1, ACCESS_READ, &page));
    queue_unlock(&copy->object.lock);
    check(page_bytes(page) != header); /* a copy of its own */
    object_drop(&copy->object);

    wait_until_quiet();
    check_equal(1, header->done);
    check_equal(2 * PAGE_SIZE, header->status);
    check(*(uint64_t *)segment_at(2 * PAGE_SIZE) > 0);
    check_equal(0, segment_set_pages(segment, 0)); /* unpinned again */
    object_drop(&segment->object);
    object_drop(&device->object);
    books_check();
}

/* D3: neither the end of the claim nor that of the segment frees a page that the device still writes. */
TEST(device_owner_dies)
{
    device_make();
    struct device_buffer *header = request_at(0, PAGE_SIZE);
    struct page *page = page_at(physical(header));
    check_equal(0, device_hand_over(device, segment, 0));
    object_drop(&device->object);
    object_drop(&segment->object);
    test_cross();
    check_equal(DEVICE_RESETTING, port->condition);
    check_equal(PAGE_DATA, page->kind);
    check_equal(1, page->references);
    check_equal(E_BUSY, device_claim(port, NULL, 0, "next", &device));
    check_equal(DEVICE_RESETTING, port->condition);

    wait_until_quiet();
    check_equal(DEVICE_FREE, port->condition);
    books_check();
    check_equal(PAGE_FREE, page->kind);
    check_equal(0, device_claim(port, NULL, 0, "next", &device));
    object_drop(&device->object);
}

/* The owner of two transfers dies between their ends: the first end does not free the port. */
TEST(device_quiet_after_last)
{
    device_make();
    request_at(0, 8);
    struct device_buffer *second = request_at(PAGE_SIZE, 8);
    second->argument[0] += clock_frequency / 20;
    check_equal(0, device_hand_over(device, segment, 0));
    check_equal(0, device_hand_over(device, segment, PAGE_SIZE));
    object_drop(&device->object);
    object_drop(&segment->object);
    while (port->in_flight == 2) {
        core_rest();
        core_leave();
        core_enter();
    }
    check(port->in_flight == 0 || port->condition == DEVICE_RESETTING);
    wait_until_quiet();
    check_equal(DEVICE_FREE, port->condition);
    books_check();
}

/* D4: the header is shared memory; what it says later does not count. */
TEST(device_header_read_once)
{
    device_make();
    struct device_buffer *header = request_at(0, 64);
    check_equal(0, device_hand_over(device, segment, 0));
    header->length = DEVICE_BUFFER_MOST;
    header->argument[0] = 0;
    header->op = 77;
    wait_until_quiet();
    check_equal(64, header->status);
    check(((uint64_t *)(header + 1))[7] > 0);
    check_equal(0, ((uint64_t *)(header + 1))[8]);
    object_drop(&segment->object);
    object_drop(&device->object);
    books_check();
}

static void
hand_over_refused(int error, uint64_t offset)
{
    uint32_t references = segment->object.references;
    check_equal(error, device_hand_over(device, segment, offset));
    check_equal(0, port->in_flight);
    check(port->transfers == NULL);
    check_equal(0, segment->pins);
    check_equal(references, segment->object.references);
}

TEST(device_hand_over_limits)
{
    device_make();
    struct device_buffer *header = request_at(0, 8);
    hand_over_refused(E_INVAL, 32);                /* not aligned */
    hand_over_refused(E_INVAL, PAGES * PAGE_SIZE); /* outside */
    hand_over_refused(E_INVAL, -(uint64_t)CACHE_LINE);
    header->length = PAGES * PAGE_SIZE - sizeof(*header) + 1; /* a byte beyond the segment */
    hand_over_refused(E_INVAL, 0);
    header->length = ~0ul; /* wraps around */
    hand_over_refused(E_INVAL, 0);
    check_equal(0, segment_set_pages(segment, 2 * DEVICE_BUFFER_MOST / PAGE_SIZE));
    header->length = DEVICE_BUFFER_MOST;
    hand_over_refused(E_INVAL, 0);
    header->length = 8;
    header->op = 77;
    hand_over_refused(E_INVAL, 0);
    header->op = CLOCK_SAMPLE;
    header->argument[0] = clock_ticks() + 2 * clock_frequency;
    hand_over_refused(E_INVAL, 0);
    segment->flags |= SEGMENT_READ_ONLY;
    header->argument[0] = 0;
    hand_over_refused(E_PERM, 0);
    object_drop(&segment->object);
    object_drop(&device->object);
    books_check();
}

/* Each allocation on the way fails once: an error, and nothing is left. */
TEST(device_hand_over_fails_clean)
{
    device_make();
    request_at(0, PAGES * PAGE_SIZE - sizeof(struct device_buffer));
    int error;
    for (unsigned k = 1;; k++) {
        allocation_fail_at(0, k);
        error = device_hand_over(device, segment, 0);
        allocation_fail_at(0, 0);
        if (error == 0)
            break;
        check_equal(E_NOMEM, error);
        check_equal(0, port->in_flight);
        check_equal(0, segment->pins);
        check_equal(1, segment->object.references);
        check(k < 10);
    }
    wait_until_quiet();
    object_drop(&segment->object);
    object_drop(&device->object);
    books_check();
}

TEST(device_in_flight_most)
{
    device_make();
    request_at(0, 8);
    for (unsigned i = 0; i < DEVICE_IN_FLIGHT_MOST; i++)
        check_equal(0, device_hand_over(device, segment, 0));
    check_equal(E_BUSY, device_hand_over(device, segment, 0));
    check_equal(DEVICE_IN_FLIGHT_MOST, port->in_flight);
    wait_until_quiet();
    object_drop(&segment->object);
    object_drop(&device->object);
    books_check();
}
