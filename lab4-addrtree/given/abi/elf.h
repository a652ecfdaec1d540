/* ELF: what of a program file goes where in memory. Pure: it reads the file and nothing else, trusts nothing
 * in it, and serves the kernel and ring 3. System V ABI, chapters 4 and 5, and its AMD64 supplement. */
#ifndef COREY_ELF_H
#define COREY_ELF_H

#include <stdint.h>

#include "error.h"
#include "perm.h"

#define ELF_PARTS 8
#define ELF_PAGE  4096ul

/* Memory [address, address + bytes): file bytes from `offset` on, then zeros. address and offset agree modulo
 * ELF_PAGE. */
struct elf_part {
    uint64_t address, bytes;
    uint64_t offset, file_bytes;
    uint64_t perm; /* PERM_* */
};

struct elf_image {
    uint64_t entry;
    uint64_t parts;
    struct elf_part part[ELF_PARTS]; /* by rising address; no two have a page in common */
};

struct elf_header {
    uint8_t magic[4], bits, order, version, padding[9];
    uint16_t type, machine;
    uint32_t file_version;
    uint64_t entry, programs, sections;
    uint32_t flags;
    uint16_t header_bytes, program_bytes, program_count;
    uint16_t section_bytes, section_count, section_names;
};

struct elf_program {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_bytes, bytes, alignment;
};

#define ELF_64_BIT     2
#define ELF_LITTLE     1
#define ELF_EXECUTABLE 2
#define ELF_AMD64      62
#define ELF_LOAD       1 /* elf_program.type */
#define ELF_X          1 /* elf_program.flags */
#define ELF_W          2

static inline int
elf_header_is_good(const struct elf_header *header, uint64_t file_bytes)
{
    return header->magic[0] == 0x7f && header->magic[1] == 'E' && header->magic[2] == 'L' &&
           header->magic[3] == 'F' && header->bits == ELF_64_BIT && header->order == ELF_LITTLE &&
           header->type == ELF_EXECUTABLE && header->machine == ELF_AMD64 &&
           header->program_bytes == sizeof(struct elf_program) && header->programs % 8 == 0 &&
           header->programs <= file_bytes &&
           header->program_count <= (file_bytes - header->programs) / sizeof(struct elf_program);
}

/* Whether the part lies in the file, in [from, end) of memory, and ends short of no page that it shares with
 * another. */
static inline int
elf_part_is_good(const struct elf_part *part, uint64_t file_bytes, uint64_t from, uint64_t end)
{
    return part->offset <= file_bytes && part->file_bytes <= file_bytes - part->offset && part->bytes > 0 &&
           part->file_bytes <= part->bytes && part->address >= from && part->address <= end &&
           part->bytes <= end - part->address && (part->address - part->offset) % ELF_PAGE == 0;
}

/* Reads the `bytes` of `file`, 8-byte aligned; all parts must lie in [start, end), both multiples of
 * ELF_PAGE. 0 and *image, or
 * E_INVAL: not a static program for this machine, damaged, or more parts than ELF_PARTS. */
static inline int
elf_parse(const void *file, uint64_t bytes, uint64_t start, uint64_t end, struct elf_image *image)
{
    const struct elf_header *header = (const struct elf_header *)file;
    if (bytes < sizeof(*header) || !elf_header_is_good(header, bytes))
        return E_INVAL;
    const struct elf_program *program = (const struct elf_program *)((const char *)file + header->programs);
    image->entry = header->entry;
    image->parts = 0;
    for (unsigned i = 0; i < header->program_count; i++, program++) {
        if (program->type != ELF_LOAD || program->bytes == 0)
            continue;
        struct elf_part part = {program->address, program->bytes, program->offset, program->file_bytes,
                                PERM_R};
        part.perm |= (program->flags & ELF_W ? PERM_W : 0) | (program->flags & ELF_X ? PERM_X : 0);
        if (image->parts == ELF_PARTS || !elf_part_is_good(&part, bytes, start, end))
            return E_INVAL;
        image->part[image->parts++] = part;
        start = (part.address + part.bytes + ELF_PAGE - 1) & ~(ELF_PAGE - 1);
    }
    return image->parts > 0 ? 0 : E_INVAL;
}

#endif
