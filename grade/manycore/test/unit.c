/* Tests of the simulator's parts that need no guest: decode.c, machine.c, tags.h. Its argument is a good machine
 * file, by the lines of which others are made. Ends with status 0, or says what is wrong. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../../lab5-cores/user/marker.h"
#include "../decode.h"
#include "../machine.h"
#include "../tags.h"

static unsigned wrong;

#define CHECK(what, ...)                                                                                     \
    do {                                                                                                     \
        if (!(what)) {                                                                                       \
            wrong++;                                                                                         \
            printf("unit.c:%d: " #what, __LINE__);                                                           \
            printf(" " __VA_ARGS__);                                                                         \
            printf("\n");                                                                                    \
        }                                                                                                    \
    } while (0)

/* --- decoding ----------------------------------------------------------------------------------------------------- */

/* Decodes from memory that ends where the instruction does, so that a byte read too much is noticed. */
static struct instruction
decode(const void *bytes, size_t size)
{
    uint8_t *exact = malloc(size);
    memcpy(exact, bytes, size);
    struct instruction instruction = instruction_decode(exact, size);
    free(exact);
    return instruction;
}

#define BYTES(text) text, sizeof(text) - 1

static const struct {
    const char *name, *bytes;
    size_t size;
    enum instruction_kind kind;
} instructions[] = {
    {"nop", BYTES("\x90"), PLAIN},
    {"pause", BYTES("\xf3\x90"), PAUSE},
    {"hlt", BYTES("\xf4"), HALT},
    {"inc dword [rax]", BYTES("\xff\x00"), PLAIN},
    {"lock inc dword [rax]", BYTES("\xf0\xff\x00"), ATOMIC},
    {"lock cmpxchg [r8], r9, data16", BYTES("\x66\xf0\x4d\x0f\xb1\x08"), ATOMIC},
    {"xchg [rbx], eax", BYTES("\x87\x03"), ATOMIC},
    {"xchg [rbx], al", BYTES("\x86\x03"), ATOMIC},
    {"xchg [r11], r10", BYTES("\x4d\x87\x13"), ATOMIC},
    {"xchg ecx, ebx", BYTES("\x87\xd9"), PLAIN},
    {"movsb", BYTES("\xa4"), PLAIN},
    {"rep movsb", BYTES("\xf3\xa4"), STRING},
    {"rep stosq", BYTES("\xf3\x48\xab"), STRING},
    {"repne scasb", BYTES("\xf2\xae"), STRING},
    {"test al, with a useless prefix", BYTES("\xf3\xa8\x01"), PLAIN},
    {"in al, imm8", BYTES("\xe4\x61"), PORT},
    {"in eax, dx", BYTES("\xed"), PORT},
    {"out dx, ax", BYTES("\x66\xef"), PORT},
    {"rep outsb", BYTES("\xf3\x6e"), PORT},
    {"call rel32, beside in and out", BYTES("\xe8\0\0\0\0"), PLAIN},
    {"mov cr3, rax", BYTES("\x0f\x22\xd8"), TABLES},
    {"mov cr3, r9", BYTES("\x41\x0f\x22\xd9"), TABLES},
    {"mov rax, cr3", BYTES("\x0f\x20\xd8"), PLAIN},
    {"mov cr0, rax", BYTES("\x0f\x22\xc0"), TABLES_ALL},
    {"mov cr4, rax", BYTES("\x0f\x22\xe0"), TABLES_ALL},
    {"mov cr2, rax", BYTES("\x0f\x22\xd0"), PLAIN},
    {"mov cr8, rax", BYTES("\x44\x0f\x22\xc0"), PLAIN},
    {"invpcid rax, [rbx]", BYTES("\x66\x0f\x38\x82\x03"), TABLES_ALL},
    {"invlpg [rip + 0]", BYTES("\x0f\x01\x3d\0\0\0\0"), TABLES_ALL},
    {"swapgs", BYTES("\x0f\x01\xf8"), PLAIN},
    {"lgdt [rbx]", BYTES("\x0f\x01\x13"), PLAIN},
    {"syscall", BYTES("\x0f\x05"), PLAIN},
    {"rdtsc", BYTES("\x0f\x31"), TIME},
    {"rdtscp", BYTES("\x0f\x01\xf9"), TIME},
    {"nop dword [rax + disp32]", BYTES("\x0f\x1f\x80\0\0\0\0"), PLAIN},
    {"the same, a number behind the markers", BYTES("\x0f\x1f\x80\x05\x00\x0e\x0c"), PLAIN},
    {"a marker", BYTES("\x0f\x1f\x80\x01\x00\x0e\x0c"), MARKER},
    {"a marker's displacement in another register", BYTES("\x0f\x1f\x81\x01\x00\x0e\x0c"), PLAIN},
    {"prefixes only", BYTES("\xf3\xf0\x66"), PLAIN},
    {"cut off behind rex", BYTES("\x48"), PLAIN},
    {"cut off behind 0f", BYTES("\x0f"), PLAIN},
    {"cut off behind 87", BYTES("\x87"), PLAIN},
};

/* Registers as gdb numbers them. */
enum { RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP, R8, R12 = 12, R13, NONE = -1 };

static const struct {
    const char *name, *bytes;
    size_t size;
    int base, index, scale, displacement;
} operands[] = {
    {"[rax]", BYTES("\x0f\x01\x38"), RAX, NONE, 0, 0},
    {"[rdi]", BYTES("\x0f\x01\x3f"), RDI, NONE, 0, 0},
    {"[rsi - 8]", BYTES("\x0f\x01\x7e\xf8"), RSI, NONE, 0, -8},
    {"[rbp + 0]", BYTES("\x0f\x01\x7d\x00"), RBP, NONE, 0, 0},
    {"[rsp]", BYTES("\x0f\x01\x3c\x24"), RSP, NONE, 0, 0},
    {"[r8]", BYTES("\x41\x0f\x01\x38"), R8, NONE, 0, 0},
    {"[r12]", BYTES("\x41\x0f\x01\x3c\x24"), R12, NONE, 0, 0},
    {"[r13 + 0]", BYTES("\x41\x0f\x01\x7d\x00"), R13, NONE, 0, 0},
    {"[rbx + rcx * 8 + 0x12345678]", BYTES("\x0f\x01\xbc\xcb\x78\x56\x34\x12"), RBX, RCX, 3, 0x12345678},
    {"[rdx + r12 * 2]", BYTES("\x42\x0f\x01\x3c\x62"), RDX, R12, 1, 0},
    {"[rax * 4 + 0x1000]", BYTES("\x0f\x01\x3c\x85\x00\x10\x00\x00"), NONE, RAX, 2, 0x1000},
    {"[0xffffffff80000000]", BYTES("\x0f\x01\x3c\x25\x00\x00\x00\x80"), NONE, NONE, 0, INT32_MIN},
};

static void
check_decode(void)
{
    for (size_t i = 0; i < sizeof(instructions) / sizeof(instructions[0]); i++) {
        enum instruction_kind kind = decode(instructions[i].bytes, instructions[i].size).kind;
        CHECK(kind == instructions[i].kind, "%s: %d", instructions[i].name, kind);
    }
    for (uint32_t marker = MARKER_REGION_BEGIN; marker <= MARKER_WAIT_END; marker++) {
        uint8_t bytes[7] = {0x0f, 0x1f, 0x80};
        memcpy(bytes + 3, &marker, sizeof(marker));
        struct instruction instruction = decode(bytes, sizeof(bytes));
        CHECK(instruction.kind == MARKER && instruction.marker == marker, "%x", marker);
    }
    for (size_t i = 0; i < sizeof(operands) / sizeof(operands[0]); i++) {
        struct instruction seen = decode(operands[i].bytes, operands[i].size);
        CHECK(seen.kind == FORGET_PAGE, "invlpg %s", operands[i].name);
        CHECK(seen.address.base == operands[i].base && seen.address.index == operands[i].index &&
                  (seen.address.index == NONE || seen.address.scale == operands[i].scale) &&
                  seen.address.displacement == operands[i].displacement,
              "invlpg %s: base %d, index %d, scale %d, displacement %d", operands[i].name, seen.address.base,
              seen.address.index, seen.address.scale, seen.address.displacement);
    }
    srandom(1);
    for (int i = 0; i < 200000; i++) { /* no bytes, however cut off, make it read beyond them */
        uint8_t bytes[15];
        for (size_t j = 0; j < sizeof(bytes); j++)
            bytes[j] = random() % 2 == 0 ? (uint8_t)random()
                                         : (uint8_t) "\x0f\x01\xf0\x48\x22\x3c\xf3\x66"[random() % 8];
        decode(bytes, 1 + (size_t)random() % sizeof(bytes));
    }
}

/* --- machine files ------------------------------------------------------------------------------------------------ */

static char good[4096]; /* a machine's text */

/* Reads a machine of this text; *said is what it complained of. */
static bool
machine_of(const char *text, struct machine *machine, char said[512])
{
    char path[] = "/tmp/corey-unit-XXXXXX";
    int file = mkstemp(path);
    FILE *stream = fdopen(file, "w"), *errors = stderr;
    fputs(text, stream);
    fclose(stream);
    memset(said, 0, 512);
    stderr = fmemopen(said, 511, "w");
    bool made = machine_read(path, machine);
    fclose(stderr);
    stderr = errors;
    remove(path);
    return made;
}

/* The good text with `line` in the place of the line of that key, or, where that is null, behind all. */
static const char *
text_with(const char *key, const char *line)
{
    static char text[8192];
    size_t length = key == NULL ? 0 : strlen(key), at = 0;
    for (const char *from = good; *from != '\0';) {
        size_t bytes = strcspn(from, "\n") + 1;
        bool is_it = key != NULL && strncmp(from, key, length) == 0 && from[length] == ' ';
        at += (size_t)sprintf(text + at, "%.*s", (int)bytes, is_it ? line : from);
        at += is_it && strlen(line) > bytes ? (size_t)sprintf(text + at, "%s", line + bytes) : 0;
        at += is_it ? (size_t)sprintf(text + at, "\n") : 0;
        from += bytes;
    }
    sprintf(text + at, "%s\n", key == NULL ? line : "");
    return text;
}

static const struct {
    const char *key, *line, *said;
} mistakes[] = {
    {"atomic", "", "atomic is missing"},
    {NULL, "atomic 1", "twice"},
    {NULL, "colour 1", "no such key"},
    {"pause", "pause", "not what it takes"},
    {"pause", "pause many", "not what it takes"},
    {"pause", "pause -1", "not what it takes"},
    {"pause", "pause nan", "not what it takes"},
    {"pause", "pause 10 10", "not what it takes"},
    {"pause", "pause 10K", "not what it takes"},
    {"l2", "l2 128K 4", "not what it takes"},
    {"l1d", "l1d 4K 0 4", "l1d is not a whole number of sets"},
    {"l1d", "l1d 4100 2 4", "l1d is not a whole number of sets"},
    {"l1d", "l1d 6K 2 4", "a power of two"},
    {"l3", "l3 32 1 100", "l3 is not a whole number of sets"},
    {"dtlb", "dtlb 10 4", "dtlb is not a whole number of sets"},
    {"cores", "cores 0", "0 cores"},
    {"cores", "cores 17", "68 cores"},
    {"clusters", "clusters 9", "at most 16 clusters"},
    {"prefetch", "prefetch 33", "prefetch at most 32"},
    {"hertz", "hertz 0", "hertz"},
    {"instruction", "instruction 0", "instruction"},
};

static void
check_machine(const char *path)
{
    struct machine machine;
    char said[512];
    FILE *file = fopen(path, "r");
    CHECK(file != NULL && fread(good, 1, sizeof(good) - 1, file) > 0);
    fclose(file);
    CHECK(machine_read(path, &machine) && machine.sockets == 2 && machine.clusters == 2 &&
          machine.cores == 2);
    CHECK(strcmp(machine.name, strrchr(path, '/') + 1) == 0, "%s", machine.name);
    CHECK(machine.l2.bytes == 128 * 1024 && machine.l2.ways == 4 && machine.l2.latency == 20 * CYCLE);
    CHECK(machine.l3.bytes == 1024 * 1024 && machine.dtlb2.bytes == 32 && machine.memory_far == 2000 * CYCLE);
    CHECK(machine.line_time == 10 * CYCLE, "%lu", machine.line_time);
    CHECK(machine_of(text_with("instruction", "instruction 0.5"), &machine, said), "%s", said);
    CHECK(machine.instruction == CYCLE / 2);
    CHECK(
        machine_of(text_with("l3", "\tl3 96K   3 50  # three ways, 512 sets\n\n # nothing"), &machine, said),
        "%s", said);
    CHECK(machine.l3.ways == 3);
    CHECK(machine_of(text_with("bandwidth", "bandwidth 0"), &machine, said) && machine.line_time == 0, "%s",
          said);
    for (size_t i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
        bool made = machine_of(text_with(mistakes[i].key, mistakes[i].line), &machine, said);
        CHECK(!made, "%s", mistakes[i].line);
        CHECK(strstr(said, mistakes[i].said) != NULL, "'%s': said %s", mistakes[i].line, said);
    }
}

/* --- tags --------------------------------------------------------------------------------------------------------- */

static void
check_tags(void)
{
    uint64_t entries[3 * 4] = {0};
    struct tags tags = {.entries = entries, .sets = 3, .ways = 4};
    for (uint64_t i = 0; i < 4; i++)
        CHECK(tags_insert(&tags, 1 + 3 * i, SHARED) == 0);
    CHECK(tags_find(&tags, 13) == NULL && tags_find(&tags, 2) == NULL);
    CHECK(tags_find(&tags, 1) == &entries[4] && entries[4] == ENTRY(1ul, SHARED),
          "the found is the youngest");
    CHECK(tags_insert(&tags, 13, MODIFIED) == ENTRY(4ul, SHARED), "the oldest goes");
    tags_set_state(&tags, 7, EXCLUSIVE);
    CHECK(ENTRY_LINE(entries[4]) == 13 && ENTRY_LINE(entries[7]) == 7 &&
          ENTRY_STATE(entries[7]) == EXCLUSIVE);
    CHECK(tags_remove(&tags, 1) == ENTRY(1ul, SHARED) && tags_remove(&tags, 1) == 0);
    CHECK(ENTRY_LINE(entries[5]) == 10 && ENTRY_LINE(entries[6]) == 7 && entries[7] == 0, "no gap is left");
    CHECK(tags_insert(&tags, 16, SHARED) == 0, "a free way is taken first");
    CHECK(!ENTRY_OWNED(ENTRY(5ul, SHARED)) && ENTRY_OWNED(ENTRY(5ul, EXCLUSIVE)));
    for (size_t i = 0; i < 12; i++)
        CHECK((entries[i] != 0) == (i / 4 == 1), "other sets are left alone");
    struct tags powers = {.entries = entries, .sets = 2, .ways = 4, .mask = 1};
    CHECK(tags_set(&powers, 7) == &entries[4] && tags_set(&powers, 8) == entries);
}

int
main(int count, char **arguments)
{
    if (count != 2)
        return 2;
    check_decode();
    check_machine(arguments[1]);
    check_tags();
    return wrong == 0 ? 0 : 1;
}
