/* Given: programs from boot modules. */
#include "elf.h"
#include "module.h"
#include "string.h"
#include "program_check.h"
#include "tree_test.h"

TEST(program_hello)
{
    program_check("hello", 0);
    program_check("hello   with arguments ", 0);
}

TEST(program_status)
{
    struct program_end end;
    check_equal(0, program_run("test_calls status -5", &end));
    check_equal(END_EXIT, end.reason);
    check_equal(-5, end.status);
    check(tree_current() == NULL);
    check_equal(NULL, share_find(HANDLE(1, 0)).object);
}

TEST(program_unknown)
{
    struct share_books before = share_books_take();
    struct program_end end;
    static char long_command[BOOT_PAGE_COMMAND + 8];
    check_equal(E_NOENT, program_run("hell", &end));
    check_equal(E_NOENT, program_run("", &end));
    memset(long_command, ' ', sizeof(long_command) - 1);
    memcpy(long_command, "hello", 5);
    check_equal(E_INVAL, program_run(long_command, &end));
    check_share_books(before);
}

/* What a program was given: its memory's rights and contents, boot page, handles. */
TEST(program_memory)
{
    program_check("test_calls memory", 0);
}

/* System calls on trees, as a program makes them. */
TEST(program_trees)
{
    program_check("test_calls trees", 0);
}

/* The k-th allocation fails, k rising until the program starts: an error each time, and the books are as before. */
TEST(program_out_of_memory)
{
    struct share_books before = share_books_take();
    struct program_end end = {0};
    uint64_t k = 0;
    for (;;) {
        allocation_fail_at(core_index(), ++k);
        int error = program_run("hello", &end);
        allocation_fail_at(core_index(), 0);
        check(error == 0 || error == E_NOMEM);
        check_share_books(before);
        if (error == 0 && end.reason == END_EXIT)
            break;
    }
    check(k > 20);
}

/* What is no record is refused, and not dropped in silence. */
TEST(program_records)
{
    program_check("test_calls records", 0);
}

/* A program that speaks as if it were the kernel, and then fails: grade/lab4.py says that this earns nothing. */
TEST(program_forges_pass)
{
    program_check("test_calls forge", 0);
}

/* Damaged files, seeded: an error, or parts that lie in the file, in memory's range, and apart from each other. */
TEST(program_file_is_not_trusted)
{
    static _Alignas(8) char file[2 * PAGE_SIZE];
    const char *good = direct(boot.module[0].start);
    struct elf_image image;
    int errors = 0;
    for (int round = 0; round < 20000; round++) {
        uint64_t bytes = round % 7 == 0 ? test_random() % 600 : sizeof(file);
        memcpy(file, good, sizeof(file));
        for (int i = 0; round > 0 && i < 3; i++)
            file[test_random() % 300] = (char)(test_random() >> (test_random() % 8));
        if (elf_parse(file, bytes, PAGE_SIZE, USER_END, &image) < 0) {
            errors++;
            continue;
        }
        uint64_t end = PAGE_SIZE;
        for (uint64_t i = 0; i < image.parts; i++) {
            const struct elf_part *part = &image.part[i];
            check(part->offset + part->file_bytes <= bytes && part->file_bytes <= part->bytes);
            check(part->address >= end && part->address + part->bytes <= USER_END);
            check(part->address + part->bytes > part->address);
            end = round_up(part->address + part->bytes, PAGE_SIZE);
        }
    }
    check(errors > 1000 && errors < 20000);
}
