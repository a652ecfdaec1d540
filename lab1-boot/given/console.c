/* The console on COM1, a 16550 (National Semiconductor PC16550D, table II). */
#include "console.h"

#include "lock.h"
#include "machine.h"
#include "panic.h"
#include "types.h"

#define COM1            0x3f8
#define UART_DATA       (COM1 + 0)
#define UART_DIVISOR    (COM1 + 0) /* low byte, while LINE_DIVISOR is set; the high byte at + 1 */
#define UART_INTERRUPTS (COM1 + 1)
#define UART_FIFO       (COM1 + 2)
#define UART_LINE       (COM1 + 3)
#define UART_MODEM      (COM1 + 4)
#define UART_STATUS     (COM1 + 5)
#define UART_SCRATCH    (COM1 + 7) /* a byte that does nothing: shows that the chip is there */

#define LINE_8_BITS    0x03
#define LINE_DIVISOR   0x80
#define FIFO_CLEAR     0x07
#define MODEM_READY    0x03
#define STATUS_TYPED   0x01
#define STATUS_EMPTY   0x20
#define DIVISOR_115200 1

#define CONSOLE_TRIES 1000000 /* looks at a port that stays busy, before its byte is dropped */

/* A line of its own, which who only asks for input does not touch. */
static struct {
    _Alignas(CACHE_LINE) struct ticket_lock lock; /* guards the order of bytes on the port */
} output;

static bool console_present; /* written once, by console_open */

void
console_open(void)
{
    port_write8(UART_SCRATCH, 0x5a);
    console_present = port_read8(UART_SCRATCH) == 0x5a;
    if (!console_present)
        return;
    port_write8(UART_INTERRUPTS, 0);
    port_write8(UART_LINE, LINE_DIVISOR);
    port_write8(UART_DIVISOR, DIVISOR_115200);
    port_write8(UART_DIVISOR + 1, 0);
    port_write8(UART_LINE, LINE_8_BITS);
    port_write8(UART_FIFO, FIFO_CLEAR);
    port_write8(UART_MODEM, MODEM_READY);
}

static void
console_put(char c)
{
    for (unsigned i = 0; i < CONSOLE_TRIES; i++)
        if (port_read8(UART_STATUS) & STATUS_EMPTY)
            break;
    port_write8(UART_DATA, (uint8_t)c);
}

void
console_write(const char *bytes, size_t length)
{
    if (!console_present)
        return;
    bool locked = panic_lock(&output.lock);
    for (size_t i = 0; i < length; i++) {
        if (bytes[i] == '\n')
            console_put('\r');
        console_put(bytes[i]);
    }
    if (locked)
        ticket_unlock(&output.lock);
}

int
console_read(void)
{
    if (!console_present || !(port_read8(UART_STATUS) & STATUS_TYPED))
        return -1;
    return port_read8(UART_DATA);
}

void
console_print(const char *format, ...)
{
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    size_t length = format_arguments(line, sizeof line, format, arguments);
    va_end(arguments);
    console_write(line, minimum(length, sizeof line - 1));
}
