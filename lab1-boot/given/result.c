/* The result channel, the command line, and the end of the machine. */
#include "result.h"

#include "boot_info.h"
#include "console.h"
#include "core.h"
#include "lock.h"
#include "machine.h"
#include "panic.h"
#include "string.h"

#define RESULT_PORT 0xe9   /* QEMU's isa-debugcon, and Bochs */
#define EXIT_PORT   0xf4   /* QEMU's isa-debug-exit */
#define BOCHS_PORT  0x8900 /* takes the letters of "Shutdown" */
#define RESET_PORT  0xcf9  /* of the chip set: Intel I/O Controller Hub 9, 13.7.5 */
#define RESET_NOW   0x06   /* the processor too */
#define DELAY_PORT  0x80   /* of a PC's power-on test: an access takes about a microsecond */

/* QEMU's fw_cfg, docs/specs/fw_cfg.rst: a key written to the selector, its bytes read one by one. Numbers in the
 * directory have their high byte first. */
#define FW_SELECTOR  0x510
#define FW_DATA      0x511
#define FW_SIGNATURE 0x0000
#define FW_DIRECTORY 0x0019
#define FW_NAME_MAX  56

#define NONCE_MAX 40

/* In lines of its own: who writes to the console, say, has nothing to do with it. */
static struct {
    _Alignas(CACHE_LINE) struct ticket_lock lock; /* guards all here, and the order of bytes on the port */
    uint64_t sequence;
    char record[RESULT_MAX];
} channel;

static uint32_t ending_core; /* index of the core that ends the machine + 1; 0: none does */

static char nonce[NONCE_MAX] = "-"; /* until result_begin */
static char command_line[BOOT_COMMAND_MAX];

/* --- where nonce and command line come from ------------------------------------------------------------------ */

static uint32_t
fw_number(unsigned bytes)
{
    uint32_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | port_read8(FW_DATA);
    return value;
}

static bool
fw_is_there(void)
{
    char signature[4];
    port_write16(FW_SELECTOR, FW_SIGNATURE);
    for (size_t i = 0; i < sizeof signature; i++)
        signature[i] = (char)port_read8(FW_DATA);
    return memcmp(signature, "QEMU", sizeof signature) == 0;
}

/* Reads the item of this name into `to`, cut to size - 1 bytes; false when there is none. */
static bool
fw_read(const char *wanted, char *to, size_t size)
{
    if (!fw_is_there())
        return false;
    port_write16(FW_SELECTOR, FW_DIRECTORY);
    for (uint32_t files = fw_number(4); files > 0; files--) {
        uint32_t bytes = fw_number(4);
        uint16_t key = (uint16_t)fw_number(2);
        char name[FW_NAME_MAX];
        fw_number(2); /* reserved */
        for (size_t i = 0; i < sizeof name; i++)
            name[i] = (char)port_read8(FW_DATA);
        if (strncmp(name, wanted, sizeof name) != 0)
            continue;
        port_write16(FW_SELECTOR, key);
        size_t length = minimum(bytes, size - 1);
        for (size_t i = 0; i < length; i++)
            to[i] = (char)port_read8(FW_DATA);
        to[length] = '\0';
        return true;
    }
    return false;
}

/* The word `key=...` on the command line: where it starts, and its whole length; null: there is none. */
static char *
command_find(const char *key, size_t *length)
{
    char *word = command_line;
    size_t key_length = strlen(key);
    while (*word != '\0') {
        bool whole = strncmp(word, "run=", 4) == 0; /* takes the rest of the line, spaces and all */
        size_t end = 0;
        while (word[end] != '\0' && (whole || word[end] != ' '))
            end++;
        if (strncmp(word, key, key_length) == 0 && word[key_length] == '=') {
            *length = end;
            return word;
        }
        word += end;
        while (*word == ' ')
            word++;
    }
    return NULL;
}

char *
command_value(const char *key, char *to, size_t size)
{
    size_t length, skip = strlen(key) + 1;
    const char *word = command_find(key, &length);
    if (word == NULL)
        return NULL;
    string_copy(to, word + skip, minimum(size, length - skip + 1));
    return to;
}

void
result_begin(void)
{
    if (!fw_read("opt/corey/cmdline", command_line, sizeof command_line))
        string_copy(command_line, boot.command, sizeof command_line);
    memset(boot.command, 0, sizeof boot.command); /* nobody else may find the nonce there */

    if (fw_read("opt/corey/nonce", nonce, sizeof nonce) ||
        command_value("nonce", nonce, sizeof nonce) == NULL)
        return;
    size_t length;
    char *word = command_find("nonce", &length);
    memmove(word, word + length, strlen(word + length) + 1);
}

/* --- records ------------------------------------------------------------------------------------------------- */

/* Writes one record; lock held, or in a panic. */
static void
record_put(char origin, const char *kind, const char *format, va_list arguments)
{
    size_t length = format_text(channel.record, sizeof channel.record, "@%s %lu %u %c %s ", nonce,
                                channel.sequence++, core_index(), origin, kind);
    length += format_arguments(channel.record + length, sizeof channel.record - length, format, arguments);
    length = minimum(length, sizeof channel.record - 2);
    channel.record[length++] = '\n';
    for (size_t i = 0; i < length; i++)
        port_write8(RESULT_PORT, (uint8_t)channel.record[i]);
}

static void
record_write(char origin, const char *kind, const char *format, va_list arguments)
{
    bool locked = panic_lock(&channel.lock);
    record_put(origin, kind, format, arguments);
    if (locked)
        ticket_unlock(&channel.lock);
}

void
result_record(const char *kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record_write('k', kind, format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 2, 3))) static void
result_record_user(const char *kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record_write('u', kind, format, arguments);
    va_end(arguments);
}

int
result_user(const char *text, size_t length)
{
    char line[RESULT_USER_MAX + 1];
    if (length > RESULT_USER_MAX)
        return E_INVAL;
    size_t kind = 0;
    while (kind < length && text[kind] >= 'a' && text[kind] <= 'z')
        kind++;
    if (kind == 0 || length < kind + 3 || text[kind] != ' ' || text[kind + 1] != '{' ||
        text[length - 1] != '}')
        return E_INVAL;
    for (size_t i = 0; i < length; i++)
        line[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
    line[kind] = '\0';
    line[length] = '\0';
    result_record_user(line, "%s", line + kind + 1);
    return 0;
}

char *
json_quote(char *to, size_t size, const char *text)
{
    const size_t longest = sizeof "\\u0000\"" - 1; /* one character at its longest, and the closing quote */
    size_t length = 0;
    to[length++] = '"';
    for (; *text != '\0' && length + longest < size; text++) {
        bool plain = *text >= ' ' && *text <= '~' && *text != '"' && *text != '\\';
        length += format_text(to + length, size - length, plain ? "%c" : "\\u%04x", (uint8_t)*text);
    }
    to[length++] = '"';
    to[length] = '\0';
    return to;
}

/* --- the end ------------------------------------------------------------------------------------------------- */

void
machine_off(uint8_t code)
{
    port_write8(EXIT_PORT, code);
    for (const char *letter = "Shutdown"; *letter != '\0'; letter++)
        port_write8(BOCHS_PORT, (uint8_t)*letter);
    for (;;)
        __asm__ volatile("cli; hlt");
}

void
machine_reboot(void)
{
    port_write8(RESET_PORT, RESET_NOW);
    for (unsigned i = 0; i < 1000000; i++) /* it may take its time */
        port_read8(DELAY_PORT);
    /* Where that is no such port: without a table of traps any trap resets the processor (SDM vol. 3A, 6.15, #DF). */
    static const struct __attribute__((packed)) {
        uint16_t limit;
        uint64_t base;
    } no_table;
    for (;;)
        __asm__ volatile("lidt %0; ud2" ::"m"(no_table));
}

void
machine_claim_end(void)
{
    uint32_t own = core_index() + 1, seen = 0;
    if (!__atomic_compare_exchange_n(&ending_core, &seen, own, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) &&
        seen != own) /* it guards no other data */
        for (;;)
            __asm__ volatile("cli; hlt");
}

bool
machine_is_ending(void)
{
    return __atomic_load_n(&ending_core, __ATOMIC_RELAXED) != 0; /* as there */
}

__attribute__((format(printf, 1, 2))) static void
record_end(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    record_put('k', "end", format, arguments);
    va_end(arguments);
}

void
machine_exit(uint8_t code)
{
    if (!panic_under_way())
        machine_claim_end();
    panic_lock(&channel.lock); /* and keeps it: no record may follow the one that counts them */
    record_end("{\"count\":%lu}", channel.sequence);
    machine_off(code);
}
