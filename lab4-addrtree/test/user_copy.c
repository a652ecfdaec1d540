/* Exercise 4.6: copies from and to a program's memory. */
#include "user_copy.h"

#include "calls4.h"
#include "string.h"
#include "tree_test.h"

#define HERE (128 * MIB)

static char buffer[4 * PAGE_SIZE], result[4 * PAGE_SIZE];

static void
buffer_fill(void)
{
    for (size_t i = 0; i < sizeof(buffer); i++)
        buffer[i] = (char)test_random();
}

/* Pages that are not there yet, of two segments and an inner tree, side by side; at no page's border. */
TEST(user_copy_crosses_pages)
{
    struct tree *root = root_make(), *inner = inner_make();
    struct segment *first = segment_make_pages(2), *second = segment_make_pages(4);
    map(root, HERE - 2 * PAGE_SIZE, &first->object, 0, 2 * PAGE_SIZE, PERM_R | PERM_W);
    map(inner, 0, &second->object, 2 * PAGE_SIZE, 2 * PAGE_SIZE, PERM_R | PERM_W);
    map(root, HERE, &inner->object, 0, 2 * MIB, PERM_R | PERM_W);
    check_equal(0, tree_load(root));
    buffer_fill();
    uint64_t start = HERE - 2 * PAGE_SIZE + 40, bytes = 4 * PAGE_SIZE - 60;
    check_equal(0, user_copy_out(start, buffer, bytes));
    check_equal(0, user_copy_in(result, start, bytes));
    check(memcmp(buffer, result, bytes) == 0);
    uint64_t word;
    memcpy(&word, buffer + 2 * PAGE_SIZE - 40, sizeof(word));
    check_equal(word, word_read(second, 2));
    check_equal(0, user_copy_in(result, HERE, 0));
    check_equal(0, user_copy_out(0, buffer, 0));
}

/* Each page by itself: the second one is not mapped, beyond the end, or read-only. */
TEST(user_copy_checks_each_page)
{
    struct tree *root = root_make();
    struct segment *segment = segment_make_pages(4);
    word_write(segment, 3, 33);
    map(root, HERE, &segment->object, 0, PAGE_SIZE, PERM_R | PERM_W);                     /* then nothing */
    map(root, 2 * HERE, &segment->object, 3 * PAGE_SIZE, 2 * PAGE_SIZE, PERM_R | PERM_W); /* then the end */
    map(root, 3 * HERE, &segment->object, 0, PAGE_SIZE, PERM_R | PERM_W);
    map(root, 3 * HERE + PAGE_SIZE, &segment->object, 3 * PAGE_SIZE, PAGE_SIZE, PERM_R); /* then no W */
    check_equal(0, tree_load(root));
    for (uint64_t i = 1; i <= 2; i++) {
        check_equal(E_FAULT, user_copy_in(result, i * HERE + PAGE_SIZE - 4, 8));
        check_equal(E_FAULT, user_copy_out(i * HERE + PAGE_SIZE - 4, buffer, 8));
        check_equal(0, user_copy_out(i * HERE + PAGE_SIZE - 8, buffer, 8));
    }
    word_write(segment, 3, 33);
    check_equal(0, user_copy_in(result, 3 * HERE + PAGE_SIZE - 4, 8));
    check_equal(E_FAULT, user_copy_out(3 * HERE + PAGE_SIZE - 4, "changed?", 8));
    check_equal(E_FAULT, user_copy_out(3 * HERE + PAGE_SIZE, "changed?", 8));
    check_equal(33, word_read(segment, 3));
}

/* The kernel's own addresses, those that are none, and ranges that wrap around into good ones. */
TEST(user_copy_refuses_foreign_addresses)
{
    struct tree *root = root_make();
    struct segment *segment = segment_make_pages(1);
    map(root, 0, &segment->object, 0, PAGE_SIZE, PERM_R | PERM_W);
    map(root, USER_END - PAGE_SIZE, &segment->object, 0, PAGE_SIZE, PERM_R | PERM_W);
    check_equal(0, tree_load(root));
    static const char secret[8] = "secret";
    const uint64_t foreign[] = {(uint64_t)secret, (uint64_t)direct(0), DIRECT_MAP - 8,
                                1ul << 47,        1ul << 63,           -8ul,
                                USER_END,         USER_END - 4,        KERNEL_BASE};
    for (unsigned i = 0; i < ARRAY_LENGTH(foreign); i++) {
        check_equal(E_FAULT, user_copy_in(result, foreign[i], 8));
        check_equal(E_FAULT, user_copy_out(foreign[i], secret, 8));
    }
    check_equal(E_FAULT, user_copy_in(result, -8ul, 16));
    static const char nothing[8];
    check_equal(0, user_copy_in(result, USER_END - 8,
                                8)); /* of a range that is wrong as a whole nothing has been copied */
    check_equal(0, memcmp(result, nothing, 8));
    check_equal(E_FAULT, user_copy_out(16, secret, -8ul));
    check_equal(0, user_copy_in(result, 16, 8));
    check_equal(0, memcmp(result, nothing, 8));
    check_equal(0, memcmp(secret, "secret", 6));
    check_equal(0, user_copy_out(USER_END - 8, "the last", 8));
    check_equal(0, user_copy_in(result, 0, 8));
}

/* Writing breaks a copy as ring 3's own write would; reading leaves it, and takes no lock for what is there. */
TEST(user_copy_and_copies)
{
    struct tree *root = root_make();
    struct segment *source = segment_make_pages(1), *copy;
    word_write(source, 0, 1);
    map(root, HERE, &source->object, 0, PAGE_SIZE, PERM_R | PERM_W);
    check_equal(0, tree_load(root));
    check_fault(0, root, HERE, ACCESS_WRITE);
    check_equal(0, segment_copy(source, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    struct page *shared = page_there(source, 0);
    uint64_t word;
    queue_lock(&source->object.lock);
    queue_lock(&root->object.lock);
    check_equal(0, user_copy_in(&word, HERE, sizeof(word)));
    queue_unlock(&root->object.lock);
    queue_unlock(&source->object.lock);
    check_equal(1, word);
    check_equal(shared, page_there(source, 0));

    word = 2;
    check_equal(0, user_copy_out(HERE, &word, sizeof(word)));
    check_equal(1, word_read(copy, 0));
    check_equal(2, word_read(source, 0));
    check_equal(0, user_copy_in(&word, HERE, sizeof(word)));
    check_equal(2, word);
    check(!queue_held(&source->object.lock));
}

static struct segment *raced;

/* As soon as the first bytes have arrived, the copy is broken elsewhere, and the page is another one. */
static void
break_copy(void)
{
    static bool broken;
    if (result[0] != 'a' || broken)
        return;
    broken = true;
    word_write(raced, 0, 'b');
}

static void
copy_in_page(__attribute__((unused)) void *argument)
{
    check_equal(0, user_copy_in(result, HERE, PAGE_SIZE));
}

/* A lookup without a lock can be overtaken: what arrives is then the new page, not the one that the copy has
 * kept. */
TEST(user_copy_in_looks_again)
{
    struct tree *root = root_make();
    struct segment *copy;
    raced = segment_make_pages(1);
    word_write(raced, 0, 'a');
    check_equal(0, segment_copy(raced, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    map(root, HERE, &raced->object, 0, PAGE_SIZE, PERM_R);
    check_equal(0, tree_load(root));
    check_fault(0, root, HERE, ACCESS_READ);
    step_through(copy_in_page, NULL, break_copy);
    check_equal('b', result[0]);
    check_equal('a', word_read(copy, 0));
}

/* A name may end with the last byte that is mapped. */
TEST(user_names)
{
    struct tree *root = root_make();
    struct segment *segment = segment_make_pages(2);
    map(root, HERE, &segment->object, 0, 2 * PAGE_SIZE, PERM_R | PERM_W);
    check_equal(0, tree_load(root));
    char name[NAME_SIZE];
    check_equal(0, user_copy_out(HERE + 2 * PAGE_SIZE - 5, "last", 5));
    check_equal(0, call_name(HERE + 2 * PAGE_SIZE - 5, name));
    check_equal(0, strcmp(name, "last"));
    check_equal(0, user_copy_out(HERE + PAGE_SIZE - 2, "crossing", 9));
    check_equal(0, call_name(HERE + PAGE_SIZE - 2, name));
    check_equal(0, strcmp(name, "crossing"));
    for (unsigned i = sizeof("crossing"); i < NAME_SIZE; i++)
        check_equal(0, name[i]);
    check_equal(0, user_copy_out(HERE + 2 * PAGE_SIZE - 4, "over", 4));
    check_equal(E_FAULT, call_name(HERE + 2 * PAGE_SIZE - 4, name));
    check_equal(0, user_copy_out(HERE, "0123456789abcdef0123456789abcdef", 33));
    check_equal(E_INVAL, call_name(HERE, name));
    check_equal(0, call_name(HERE + 1, name));
    check_equal(0, call_name(0, name));
    check_equal(0, name[0]);
}
