/* Copies of copies, all modes, any order of frees: against a model that is too simple to be wrong. */
#include "core.h"
#include "segment_test.h"

#define CHAIN 1000

/* Each copy is made of the one before and changes one page; then they go in random order. */
TEST(segment_copy_chain)
{
    static struct segment *chain[CHAIN];
    struct books before = books_take();
    chain[0] = segment_make(1030);
    for (uint64_t i = 0; i < 1030; i += 103)
        page_mark(chain[0], i, i + 1);
    for (unsigned c = 1; c < CHAIN; c++) {
        chain[c] = segment_copied(chain[c - 1], c % 3 == 0 ? COPY_ON_REFERENCE : COPY_ON_WRITE);
        page_mark(chain[c], 103 * (c % 10), 100000 + c);
    }
    for (unsigned left = CHAIN; left > 0; left--) {
        unsigned c = test_random() % left;
        check_equal(10, chain[c]->pages_held);
        segment_give(chain[c]);
        chain[c] = chain[left - 1];
        if (left % 100 == 0)
            for (unsigned other = 0; other < left - 1; other += 17)
                check_held(chain[other]);
    }
    check_books(before);
}

#define SEGMENTS 6
#define PAGES    1100
#define STEPS    4000

/* The model: the mark of each page. */
static struct model {
    struct segment *segment; /* null: this place is empty */
    uint64_t mark[PAGES];
} models[SEGMENTS];

static void
model_check(struct model *model)
{
    check_held(model->segment);
    for (uint64_t i = 0; i < model->segment->pages; i += 1 + test_random() % 200)
        check_equal(model->mark[i], page_seen(model->segment, i));
}

static void
model_resize(struct model *model)
{
    uint64_t pages = test_random() % (PAGES + 1);
    check_equal(0, segment_set_pages(model->segment, pages));
    for (uint64_t i = pages; i < PAGES; i++)
        model->mark[i] = 0;
}

/* Replaces what stands at `to` by a copy of `from`. */
static void
model_copy(struct model *from, struct model *to)
{
    struct segment *copy = segment_copied(from->segment, test_random() % 3);
    if (to->segment)
        segment_give(to->segment);
    *to = *from;
    to->segment = copy;
}

TEST(segment_copy_model)
{
    struct books before = books_take();
    models[0].segment = segment_make(PAGES);
    for (unsigned step = 1; step <= STEPS; step++) {
        struct model *model = &models[test_random() % SEGMENTS];
        uint64_t what = test_random() % 100;
        if (!model->segment)
            continue;
        if (what < 10)
            model_copy(model, model == models ? models + 1 + test_random() % (SEGMENTS - 1) : models);
        else if (what < 16)
            model_resize(model);
        else if (what < 20)
            model_check(model);
        else if (model->segment->pages > 0) {
            uint64_t index = test_random() % model->segment->pages;
            check_equal(model->mark[index], page_seen(model->segment, index));
            if (what < 70) {
                model->mark[index] = step;
                page_mark(model->segment, index, step);
            }
        }
    }
    for (unsigned i = 0; i < SEGMENTS; i++)
        if (models[i].segment) {
            model_check(&models[i]);
            segment_give(models[i].segment);
        }
    check_books(before);
}
