/* The audit finds nothing in a sound kernel, and finds what is put there. */
#include "audit.h"

#include "account.h"
#include "device.h"
#include "segment.h"
#include "share.h"
#include "slab.h"
#include "test.h"
#include "tree.h"

static struct books_audit audit;
static struct share *share;

static void
page_touch(struct segment *segment, uint64_t index)
{
    struct page *page;
    queue_lock(&segment->object.lock);
    check_equal(0, segment_page(segment, index, ACCESS_WRITE, &page));
    queue_unlock(&segment->object.lock);
}

/* A share in slot 1 with a few things in it. */
static void
things_make(void)
{
    struct segment *segment, *copy;
    check_equal(0, share_create(NULL, account_root, 100, 0, "share", &share));
    check_equal(0, share_set_change(1, share, RIGHT_ALL));
    object_drop(&share->object);
    check_equal(0, segment_create(share->account, 0, "segment", &segment));
    check_equal(0, segment_set_pages(segment, 1000));
    for (uint64_t index = 0; index < 1000; index += 300)
        page_touch(segment, index);
    check_equal(0, segment_copy(segment, COPY_ON_WRITE, share->account, 0, "copy", &copy));
    check(share_add_new(HANDLE(1, 0), share, &segment->object) > 0);
    check(share_add_new(HANDLE(1, 0), share, &copy->object) > 0);
}

TEST(audit_sound)
{
    check_equal(0, audit_run(&audit));
    uint64_t objects = audit.objects, pages = audit.pages[PAGE_DATA];
    things_make();
    check_equal(0, audit_run(&audit));
    check_equal(objects + 3, audit.objects);
    check_equal(pages + 4, audit.pages[PAGE_DATA]); /* shared by the copy */
    share_set_clear();
    check_equal(0, audit_run(&audit));
    check_equal(objects, audit.objects);
    check_equal(pages, audit.pages[PAGE_DATA]);
    check_equal(0, audit.limbo);
}

TEST(audit_lost_page)
{
    struct page *page = page_alloc(0, PAGE_DATA);
    check_equal(1, audit_run(&audit));
    page_free(page);
    check_equal(0, audit_run(&audit));
}

TEST(audit_lost_block)
{
    void *block = slab_alloc(0, 100);
    check_equal(1, audit_run(&audit));
    slab_free(block);
    check_equal(0, audit_run(&audit));
}

TEST(audit_reference)
{
    things_make();
    check(object_hold(&share->object));
    check_equal(1, audit_run(&audit));
    object_drop(&share->object);
    check_equal(0, audit_run(&audit));
}

/* A charge that never comes back, and one that comes back twice. */
TEST(audit_charge)
{
    things_make();
    check_equal(0, account_charge(share->account, PAGE_SIZE));
    check_equal(1, audit_run(&audit));
    account_refund(share->account, PAGE_SIZE);
    check_equal(0, audit_run(&audit));
    account_refund(share->account, PAGE_SIZE);
    check_equal(1, audit_run(&audit));
}

/* A page that counts as held by two, and is by one: it would never be free. */
TEST(audit_shared_page)
{
    struct segment *segment;
    things_make();
    check_equal(0, segment_create(share->account, 0, "one page", &segment));
    check_equal(0, segment_set_pages(segment, 1));
    page_touch(segment, 0);
    check(share_add_new(HANDLE(1, 0), share, &segment->object) > 0);
    check_equal(0, audit_run(&audit));
    page_hold(segment->root);
    check_equal(1, audit_run(&audit));
}

/* A bit of everything that moves pages, references and charges; the audit looks after each step. */
TEST(audit_after_work)
{
    struct share *inner;
    struct segment *segment, *copy;
    things_make();
    check_equal(0, share_create(share, share->account, 50, 0, "inner", &inner));
    check_equal(0, share_set_change(2, inner, RIGHT_ALL));
    check(share_add_new(HANDLE(1, 0), share, &inner->object) > 0);
    check_equal(0, segment_create(inner->account, 0, "segment", &segment));
    check(share_add_new(HANDLE(2, 0), inner, &segment->object) > 0);
    check_equal(0, segment_set_pages(segment, 600));
    page_touch(segment, 0);
    page_touch(segment, 599);
    check_equal(0, audit_run(&audit));

    check_equal(0, segment_copy(segment, COPY_ON_WRITE, inner->account, 0, "copy", &copy));
    check(share_add_new(HANDLE(2, 0), inner, &copy->object) > 0);
    page_touch(copy, 599);
    page_touch(segment, 0);
    check_equal(0, audit_run(&audit));
    check_equal(0, segment_set_pages(segment, 1));
    check_equal(0, audit_run(&audit));
    check_equal(0, share_delete(inner, copy->object.id));
    check_equal(0, audit_run(&audit));

    check_equal(0, share_delete(share, inner->object.id));
    check_equal(0, share_set_change(2, NULL, 0)); /* the last that leads to it */
    check_equal(0, audit_run(&audit));
    share_set_clear();
    check_equal(0, audit_run(&audit));
}

/* An entry that was not cleared when the segment got another page. */
TEST(audit_stale_entry)
{
    struct tree *root;
    struct segment *segment;
    things_make();
    check_equal(0, segment_create(share->account, 0, "mapped", &segment));
    check_equal(0, segment_set_pages(segment, 2));
    check_equal(0, tree_create(false, share->account, 0, "root", &root));
    check_equal(0, tree_map(root, LARGE_PAGE_SIZE, &segment->object, 0, 2 * PAGE_SIZE, PERM_R | PERM_W));
    check_equal(0, tree_fault(root, LARGE_PAGE_SIZE, ACCESS_WRITE, false));
    check_equal(0, tree_fault(root, LARGE_PAGE_SIZE + PAGE_SIZE, ACCESS_WRITE, false));
    check(share_add_new(HANDLE(1, 0), share, &segment->object) > 0);
    check(share_add_new(HANDLE(1, 0), share, &root->object) > 0);
    check_equal(0, audit_run(&audit));

    uint64_t *entry = tree_entry(root, LARGE_PAGE_SIZE, false, NULL), old = entry[0];
    entry[0] = entry[1];
    check_equal(1, audit_run(&audit));
    entry[0] = old;
    check_equal(0, audit_run(&audit));
}
