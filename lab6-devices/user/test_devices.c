/* What programs do with devices, one subject a run: `test_devices list`, ... */
#include "calls.h"
#include "check.h"
#include "device_calls.h"
#include "devices.h"
#include "error.h"
#include "start.h"

#define PAGE    4096ul
#define RECORDS 8

static struct buffer buffer;

static void
test_list(void)
{
    struct device_status all[16], one[1], status;
    int64_t count = device_list(all, sizeof(all), 0);
    check(count >= 3); /* a fourth, failures, in MODE=debug */
    for (int64_t i = 0; i < count; i++) {
        check_equal(DEVICE_FREE, all[i].condition);
        check_equal(1, device_list(one, sizeof(one), i)); /* one at a time gives the same */
        check_equal(all[i].id, one[0].id);
        check_equal(sizeof(status), device_stat(HANDLE(1, all[i].id), &status, sizeof(status)));
        check_equal(all[i].id, status.id);
    }
    check_equal(0, device_list(all, sizeof(all), count));
    check_equal(0, device_list(all, sizeof(all[0]) - 1, 0));
    check_equal(E_FAULT, device_list((void *)PAGE, sizeof(all), 0));
    check_equal(E_NOENT, port_handle("none of these"));
}

static void
test_console(void)
{
    static const char text[] = "said through the device\n";
    int64_t console = device_open("console");
    check(console > 0);
    for (unsigned i = 0; i < sizeof(text) - 1; i++)
        ((char *)buffer_data(&buffer))[i] = text[i];
    check_equal(sizeof(text) - 1, device_do(console, &buffer, CONSOLE_WRITE, sizeof(text) - 1));
    check_equal(1, buffer.header->done);
    check_equal(0, device_do(console, &buffer, CONSOLE_READ, 100)); /* nobody types */
    check_equal(E_INVAL, device_do(console, &buffer, 3, 0));
    check_equal(E_BUSY, device_open("console"));
    check_equal(0, share_delobj(console));
    console = device_open("console");
    check(console > 0);
}

static void
clock_ask(int64_t device, uint64_t milliseconds)
{
    buffer.header->argument[0] = clock_now() + milliseconds * (boot_page->ticks_per_second / 1000);
    check_equal(0, device_start(device, &buffer, CLOCK_SAMPLE, PAGE));
}

static void
test_clock(void)
{
    int64_t device = device_open("clock");
    check(device > 0);
    clock_ask(device, 5);
    int64_t error =
        segment_set_nbytes(buffer.segment, PAGE); /* pinned, or all over already: hosts may be slow */
    check(error == E_BUSY || (error == 0 && buffer.header->done == 1));
    check_equal(0, segment_set_nbytes(buffer.segment, 4 * PAGE));
    while (__atomic_load_n(&buffer.header->done, __ATOMIC_ACQUIRE) == 0) /* partner: transfer_write_done */
        ;
    uint64_t *samples = buffer_data(&buffer);
    check_equal(PAGE, buffer.header->status);
    check(samples[0] >= buffer.header->argument[0]);
    if (error == E_BUSY)
        check_equal(samples[0], samples[PAGE / sizeof(*samples) - 1]);
    check_equal(0, segment_set_nbytes(buffer.segment, PAGE));
}

/* The claim, the segment and the program itself go while the clock still owes an answer. */
static void
test_leave(void)
{
    int64_t device = device_open("clock");
    check(device > 0);
    clock_ask(device, 20);
    check_equal(0, share_delobj(device));
    int64_t next = device_open("clock");
    check(next == E_BUSY || next > 0); /* resetting, or quiet already */
    check_equal(0, share_delobj(buffer.segment));
}

static void
test_rights(void)
{
    struct call_result share = share_alloc_pair(OWN_SHARE, "fewer", MEMORY_HERE, 0);
    uint64_t slot = HANDLE(share.second, 0), port = port_handle("clock"), narrow = slot | handle_id(port);
    check_equal(0, share_addobj(slot, port, RIGHT_R | RIGHT_W));
    check_equal(E_PERM, device_alloc(OWN_SHARE, narrow, "", MEMORY_HERE));
    check_equal(E_INVAL, device_buf(port, buffer.segment, 0)); /* not a claim */
    int64_t device = device_alloc(slot, port, "", MEMORY_HERE);
    check(device > 0);
    check_equal(E_INVAL, device_alloc(OWN_SHARE, device, "", MEMORY_HERE)); /* not a port */
    check_equal(E_TYPE, device_buf(buffer.segment, buffer.segment, 0));
    check_equal(E_TYPE, device_buf(device, port, 0));

    uint64_t module = boot_page->module[0].segment;
    check_equal(E_PERM, device_buf(device, module, 0)); /* no W */
    check_equal(0, share_addobj(slot, buffer.segment, RIGHT_W));
    check_equal(E_PERM, device_buf(device, slot | handle_id(buffer.segment), 0)); /* no R */
}

/* Lets the k-th allocation from now on fail; 0: none. What was to fail may be the request itself: then it has. */
static void
fail_at(int64_t failures, const struct buffer *request, uint64_t k)
{
    request->header->argument[1] = k;
    int64_t error = device_do(failures, request, FAILURES_SET, 0);
    check(error == 0 || (k == 0 && error == E_NOMEM));
}

/* The k-th allocation of device_alloc fails, then of device_buf: an error, and in the end it works. */
static void
test_failures(void)
{
    struct buffer request;
    int64_t failures = device_open("failures"), device = E_NOMEM, error = E_NOMEM;
    check_equal(0, buffer_make(PAGE, &request));
    uint64_t port = port_handle("clock"), k;
    for (k = 1; device < 0; k++) {
        fail_at(failures, &request, k);
        device = device_alloc(OWN_SHARE, port, "clock", MEMORY_HERE);
        fail_at(failures, &request, 0);
        check(device > 0 || device == E_NOMEM);
    }
    check(k > 2);
    buffer.header->op = CLOCK_SAMPLE; /* this page is there; the other three are made when they are pinned */
    buffer.header->length = 3 * PAGE;
    for (k = 1; error < 0; k++) {
        fail_at(failures, &request, k);
        error = device_buf(device, buffer.segment, 0);
        fail_at(failures, &request, 0);
        check(error == 0 || error == E_NOMEM);
    }
    check(k > 4);
    request.header->argument[0] = boot_page->cores;
    check_equal(E_INVAL, device_do(failures, &request, FAILURES_SET, 0));
}

/* Reads all records of a kind, a few at a time; how many there are, and how many of them begin with this word. */
static uint64_t
books_read(int64_t books, uint32_t op, uint64_t bytes, uint64_t word, uint64_t *found)
{
    uint64_t count = 0, next = 0;
    *found = 0;
    do {
        buffer.header->argument[0] = next;
        int64_t status = device_do(books, &buffer, op, RECORDS * bytes);
        check(status >= 0 && status % bytes == 0);
        for (uint64_t at = 0; at < (uint64_t)status; at += bytes, count++)
            *found += *(uint64_t *)((char *)buffer_data(&buffer) + at) == word;
        next = buffer.header->argument[1];
        check(next == 0 || next == count);
    } while (next != 0);
    return count;
}

static void
test_books(void)
{
    int64_t books = device_open("books");
    struct share_status share;
    uint64_t found;
    check(books > 0);
    check_equal(sizeof(share), share_stat(OWN_SHARE, &share, sizeof(share)));
    check_equal(share.entries,
                books_read(books, BOOKS_ENTRIES, sizeof(struct books_entry), share.id, &found));
    check_equal(share.entries, found);
    check_equal(share.entries + 1,
                books_read(books, BOOKS_OBJECTS, sizeof(struct books_object), share.id, &found));
    check_equal(1, found); /* each once */
    check(books_read(books, BOOKS_MAPPINGS, sizeof(struct books_mapping), handle_id(boot_page->root),
                     &found) >= 5);
    check_equal(boot_page->cores, books_read(books, BOOKS_CORES, sizeof(struct books_core), 0, &found));

    const struct books_audit *audit = buffer_data(&buffer);
    buffer.header->argument[0] = 0;
    check_equal(sizeof(*audit), device_do(books, &buffer, BOOKS_AUDIT, sizeof(*audit)));
    check_equal(0, audit->mismatches);
    check(audit->objects > share.entries);
    check_equal(0, device_do(books, &buffer, BOOKS_AUDIT, 8)); /* no room for it */
    check_equal(E_INVAL, device_do(books, &buffer, 99, 8));
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {{"list", test_list},   {"console", test_console}, {"clock", test_clock},
                 {"leave", test_leave}, {"rights", test_rights},   {"failures", test_failures},
                 {"books", test_books}};
    check_equal(2, argc);
    check_equal(0, buffer_make(4 * PAGE, &buffer));
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (name_equal(tests[i].name, argv[1])) {
            tests[i].run();
            return 0;
        }
    }
    return 2;
}
