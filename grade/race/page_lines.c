/* How many trips between cores (lines.h) a page costs that is taken and given back: from a list of each core's own, and
 * from one list for all. Exercise 1.3's lists, page.c and the kernel's lock, on threads that take turns.
 *
 *     page_lines CORES own|passed|one     trips a page, with two digits behind the point
 *
 * With `own` each core takes from its own list and gives back itself; with `passed` the next core gives the page back;
 * with `one` all take from core 0's list and give back themselves. */
#include "host.h"

#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "page.h"
#include "startup.h"

#define PAGES_EACH 64
#define ROUNDS     100 /* each is a page a core */
#define WARM       10  /* of them are not counted: until each line has been somewhere */

static uint32_t cores;
static bool one_list, passed;
static struct page *on_the_way; /* what the core before this one has taken */
static sem_t turn[HOST_CORES_MOST];

/* A core's turn: it takes a page, and gives back one. */
static void
take_and_give(uint32_t index)
{
    struct page *page = page_alloc(one_list ? 0 : index, PAGE_DATA), *back = page;
    if (page == NULL)
        host_fail("the list is empty");
    if (passed) {
        back = on_the_way;
        on_the_way = page;
    }
    if (back != NULL)
        page_free(back);
}

static void
body(uint32_t index)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        sem_wait(&turn[index]);
        if (index == 0 && round == WARM)
            line_trips = 0;
        take_and_give(index);
        sem_post(&turn[(index + 1) % cores]);
    }
}

STARTUP(01, pages)
{
    host_pages_make(PAGES_EACH * cores, one_list ? 1 : cores);
}

int
main(int argc, char **argv)
{
    if (argc != 3)
        host_fail("page_lines CORES own|passed|one");
    cores = (uint32_t)atoi(argv[1]);
    one_list = strcmp(argv[2], "one") == 0;
    passed = strcmp(argv[2], "passed") == 0;
    for (uint32_t i = 0; i < HOST_CORES_MOST; i++)
        sem_init(&turn[i], 0, i == 0);
    host_run(cores, body);
    printf("%.2f\n", (double)line_trips / (cores * (ROUNDS - WARM)));
    return 0;
}
