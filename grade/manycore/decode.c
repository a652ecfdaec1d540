#include "decode.h"

#include <string.h>

#include "../../lab5-cores/user/marker.h"

/* gdb's numbers of the registers, in the processor's own order. */
static const int8_t gdb_number[16] = {0, 2, 3, 1, 7, 6, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15};

struct prefixes {
    bool lock, repeated;
    uint8_t rex;
};

static size_t
prefixes_read(const uint8_t *bytes, size_t size, struct prefixes *found)
{
    size_t at = 0;
    *found = (struct prefixes){0};
    for (; at < size; at++) {
        if (bytes[at] == 0xf0)
            found->lock = true;
        else if (bytes[at] == 0xf2 || bytes[at] == 0xf3)
            found->repeated = true;
        else if (strchr("\x66\x67\x2e\x36\x3e\x26\x64\x65", bytes[at]) == NULL || bytes[at] == 0)
            break;
    }
    if (at < size && (bytes[at] & 0xf0) == 0x40)
        found->rex = bytes[at++];
    return at;
}

/* The operand in memory whose ModR/M byte is the first of these: SDM vol. 2, 2.1.5. */
static void
operand_read(const uint8_t *bytes, size_t size, uint8_t rex, struct instruction *instruction)
{
    unsigned mode = bytes[0] >> 6, rm = bytes[0] & 7;
    size_t at = 1, length = mode == 1 ? 1 : mode == 2 ? 4 : 0;
    instruction->address.base = gdb_number[rm | (rex & 1) << 3];
    instruction->address.index = -1;
    if (rm == 4 && at < size) {
        uint8_t sib = bytes[at++];
        unsigned index = (sib >> 3 & 7) | (rex & 2) << 2;
        instruction->address.base = gdb_number[(sib & 7) | (rex & 1) << 3];
        instruction->address.index = index == 4 ? -1 : gdb_number[index];
        instruction->address.scale = sib >> 6;
        if ((sib & 7) == 5 && mode == 0)
            instruction->address.base = -1, length = 4;
    } else if (rm == 5 && mode == 0) {
        instruction->kind =
            TABLES_ALL; /* relative to the instruction: no kernel does; all is forgotten instead */
        return;
    }
    if (length == 1 && at < size)
        instruction->address.displacement = (int8_t)bytes[at];
    else if (length == 4 && at + 4 <= size)
        memcpy(&instruction->address.displacement, bytes + at, 4);
}

static void
two_byte_decode(const uint8_t *bytes, size_t size, uint8_t rex, struct instruction *instruction)
{
    if (size > 0 && bytes[0] == 0x31)
        instruction->kind = TIME;
    if (size < 2)
        return;
    unsigned field = bytes[1] >> 3 & 7;
    if (bytes[0] == 0x22 && !(rex & 4)) /* mov to a control register */
        instruction->kind = field == 3 ? TABLES : field == 0 || field == 4 ? TABLES_ALL : PLAIN;
    else if (bytes[0] == 0x01 && bytes[1] == 0xf9)
        instruction->kind = TIME;
    else if (bytes[0] == 0x38 && bytes[1] == 0x82)
        instruction->kind = TABLES_ALL;
    else if (bytes[0] == 0x01 && field == 7 && bytes[1] >> 6 != 3) {
        instruction->kind = FORGET_PAGE;
        operand_read(bytes + 1, size - 1, rex, instruction);
    } else if (bytes[0] == 0x1f && bytes[1] == 0x80 && size == 6) {
        memcpy(&instruction->marker, bytes + 2, sizeof(instruction->marker));
        if (instruction->marker >= MARKER_REGION_BEGIN && instruction->marker <= MARKER_WAIT_END)
            instruction->kind = MARKER;
    }
}

struct instruction
instruction_decode(const uint8_t *bytes, size_t size)
{
    struct instruction instruction = {.kind = PLAIN};
    struct prefixes prefixes;
    size_t at = prefixes_read(bytes, size, &prefixes);
    if (at >= size)
        return instruction;
    uint8_t code = bytes[at];
    if (code == 0x90 && prefixes.repeated)
        instruction.kind = PAUSE;
    else if (code == 0xf4)
        instruction.kind = HALT;
    else if (prefixes.repeated && ((code >= 0xa4 && code <= 0xa7) || (code >= 0xaa && code <= 0xaf)))
        instruction.kind = STRING;
    else if ((code >= 0xe4 && code <= 0xe7) || (code >= 0xec && code <= 0xef) ||
             (code >= 0x6c && code <= 0x6f))
        instruction.kind = PORT;
    else if (prefixes.lock || ((code == 0x86 || code == 0x87) && at + 1 < size && bytes[at + 1] >> 6 != 3))
        instruction.kind = ATOMIC;
    else if (code == 0x0f)
        two_byte_decode(bytes + at + 1, size - at - 1, prefixes.rex, &instruction);
    return instruction;
}
