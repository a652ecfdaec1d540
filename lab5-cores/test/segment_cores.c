/* 5.0: copies of one segment (2.1, 2.2, 2.4, 2.5), each on a core of its own. S2 and S3 are those of segment.h. */
#include "../../lab3-shares/test/share_test.h"
#include "core.h"
#include "jostle.h"

#define CORES 4
#define PAGES 600 /* two nodes below the root */
#define USED  8   /* pages that are there at the beginning, spread over all */
#define STEPS 30

static struct side {
    struct segment *segment;
    uint64_t mark[PAGES]; /* what each page must show on this side */
    uint64_t random;
} sides[CORES];

static uint64_t
page_used(uint64_t number)
{
    return number % USED * (PAGES / USED);
}

/* Side 0 has the segment, the others a copy each. */
static void
begin(enum copy_mode mode)
{
    struct side *source = &sides[0];
    check_equal(CORES, core_count);
    *source = (struct side){.segment = segment_make(PAGES)};
    object_publish(&source->segment->object);
    for (uint64_t i = 0; i < USED; i++) {
        source->mark[page_used(i)] = 100 + i;
        page_mark(source->segment, page_used(i), 100 + i);
    }
    for (uint64_t side = 1; side < CORES; side++) {
        sides[side] = *source;
        sides[side].random = side;
        check_equal(0,
                    segment_copy(source->segment, mode, NULL, (uint32_t)side, "copy", &sides[side].segment));
        object_publish(&sides[side].segment->object);
    }
}

static void
end(void)
{
    for (uint64_t side = 0; side < CORES; side++) {
        check_held(sides[side].segment);
        for (uint64_t i = 0; i < PAGES; i++)
            if (page_there(sides[side].segment, i) != NULL || sides[side].mark[i] != 0)
                check_equal(sides[side].mark[i], page_seen(sides[side].segment, i));
        segment_give(sides[side].segment);
    }
}

static void
write_all(uint32_t index, __attribute__((unused)) void *argument)
{
    struct side *side = &sides[index];
    for (uint64_t i = 0; i < USED; i++) {
        check_equal(side->mark[page_used(i)], page_seen(side->segment, page_used(i)));
        side->mark[page_used(i)] = 1000 * (index + 1) + i;
        page_mark(side->segment, page_used(i), side->mark[page_used(i)]);
        test_pause();
    }
}

/* All sides write the same pages at the same time. Each page ends up four pages, and of the old one nothing is left
 * over: whoever leaves it last keeps it or frees it, and who that is nobody knows beforehand. */
TEST(segment_cores_last_owner)
{
    struct share_books before = share_books_take();
    for (unsigned round = 0; round < 40; round++) {
        begin(round % 3 == 2 ? COPY_ON_REFERENCE : COPY_ON_WRITE);
        jostle(write_all, NULL);
        end();
        test_settle();
        check_share_books(before);
    }
}

static void
resize(struct side *side)
{
    uint64_t pages = jostle_random(&side->random) % (PAGES + 1);
    check_equal(0, segment_set_pages(side->segment, pages));
    for (uint64_t i = pages; i < PAGES; i++)
        side->mark[i] = 0;
    check_equal(0, segment_set_pages(side->segment, PAGES));
}

static void
use_side(uint32_t index, __attribute__((unused)) void *argument)
{
    struct side *side = &sides[index];
    for (uint64_t step = 1; step <= STEPS; step++) {
        uint64_t page = page_used(jostle_random(&side->random));
        check_equal(side->mark[page], page_seen(side->segment, page));
        switch (jostle_random(&side->random) % 8) {
        case 0:
            resize(side);
            break;
        case 1:
        case 2:
        case 3:
            side->mark[page] = (uint64_t)index << 32 | step;
            page_mark(side->segment, page, side->mark[page]);
        }
        test_pause();
    }
}

/* Each side reads, writes, shrinks and grows as it likes: it sees its own bytes or the original's, and zeros where it
 * has been shorter. */
TEST(segment_cores_apart)
{
    struct share_books before = share_books_take();
    for (unsigned round = 0; round < 2; round++) {
        begin(round % 2 ? COPY_ON_REFERENCE : COPY_ON_WRITE);
        jostle(use_side, NULL);
        end();
        test_settle();
        check_share_books(before);
    }
}
