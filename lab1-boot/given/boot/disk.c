/* Reading the disk to anywhere in memory: through a buffer, as the firmware fills none above 1 MiB. */
#include "loader.h"
#include "string.h"

#define PROGRESS_STEP (256u << 20) /* bytes from one word to the next that it still reads */

static void
hexadecimal(char *to, unsigned digits, uint64_t value)
{
    for (; digits-- > 0; value >>= 4)
        to[digits] = "0123456789abcdef"[value & 15];
}

static _Noreturn void
disk_fail(void)
{
    static char message[] = "disk error 00 at or after sector 00000000 (hexadecimal)";
    hexadecimal(message + sizeof "disk error " - 1, 2, disk_error);
    hexadecimal(message + sizeof "disk error 00 at or after sector " - 1, 8, disk_packet.start);
    loader_fail(message);
}

void
disk_read(uint8_t *to, uint64_t position, uint32_t bytes)
{
    static uint32_t silent = PROGRESS_STEP; /* bytes until the next message */
    while (bytes > 0) {
        uint32_t skip = position % SECTOR;
        uint32_t part = (uint32_t)minimum(bytes, (uint32_t)(disk_buffer_end - disk_buffer) - skip);
        disk_packet.start = position / SECTOR;
        disk_packet.sectors = (uint16_t)((skip + part + SECTOR - 1) / SECTOR);
        disk_transfer();
        if (disk_failed)
            disk_fail();
        memcpy(to, disk_buffer + skip, part);
        to += part;
        position += part;
        bytes -= part;
        silent -= minimum(silent, part);
        if (silent == 0) {
            silent = PROGRESS_STEP;
            loader_print("boot: another 256 MiB read\r\n");
        }
    }
}
