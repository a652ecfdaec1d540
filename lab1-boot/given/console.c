/* The console: a serial port, a 16550 (National Semiconductor PC16550D, table II), screen and keyboard. */
#include "console.h"

#include "keyboard.h"
#include "lock.h"
#include "machine.h"
#include "panic.h"
#include "result.h"
#include "screen.h"
#include "string.h"
#include "types.h"

#define COM1 0x3f8
#define COM2 0x2f8

/* Its registers, counted from the port. */
#define UART_DATA       0
#define UART_DIVISOR    0 /* low byte, while LINE_DIVISOR is set; the high byte at + 1 */
#define UART_INTERRUPTS 1
#define UART_FIFO       2
#define UART_LINE       3
#define UART_MODEM      4
#define UART_STATUS     5
#define UART_SCRATCH    7 /* a byte that does nothing: shows that the chip is there */

#define LINE_8_BITS    0x03
#define LINE_DIVISOR   0x80
#define FIFO_CLEAR     0x07
#define MODEM_READY    0x03
#define STATUS_TYPED   0x01
#define STATUS_EMPTY   0x20
#define DIVISOR_115200 1

#define CONSOLE_TRIES 1000000 /* looks at a port that stays busy, before its byte is dropped */

/* Lines of their own: who only asks for input does not touch the first. */
static struct {
    _Alignas(CACHE_LINE) struct ticket_lock lock; /* guards the order of bytes on port and screen */
} output;
static struct {
    _Alignas(CACHE_LINE) struct ticket_lock lock; /* guards what is remembered of the keyboard */
} input;

static uint16_t serial; /* the port; 0: none. Written at start-up only */

static void
serial_open(uint16_t port)
{
    port_write8(port + UART_SCRATCH, 0x5a);
    serial = port_read8(port + UART_SCRATCH) == 0x5a ? port : 0;
    if (serial == 0)
        return;
    port_write8(port + UART_INTERRUPTS, 0);
    port_write8(port + UART_LINE, LINE_DIVISOR);
    port_write8(port + UART_DIVISOR, DIVISOR_115200);
    port_write8(port + UART_DIVISOR + 1, 0);
    port_write8(port + UART_LINE, LINE_8_BITS);
    port_write8(port + UART_FIFO, FIFO_CLEAR);
    port_write8(port + UART_MODEM, MODEM_READY);
}

void
console_open(void)
{
    serial_open(COM1);
}

void
console_choose(void)
{
    char word[8];
    if (command_value("console", word, sizeof word) != NULL && strcmp(word, "com2") == 0)
        serial_open(COM2);
    screen_open();
    keyboard_open();
}

static void
serial_put(char c)
{
    for (unsigned i = 0; i < CONSOLE_TRIES; i++)
        if (port_read8(serial + UART_STATUS) & STATUS_EMPTY)
            break;
    port_write8(serial + UART_DATA, (uint8_t)c);
}

void
console_write(const char *bytes, size_t length)
{
    bool locked = panic_lock(&output.lock);
    screen_write(bytes, length); /* first, since the port is slow */
    for (size_t i = 0; i < length && serial != 0; i++) {
        if (bytes[i] == '\n')
            serial_put('\r');
        serial_put(bytes[i]);
    }
    if (locked)
        ticket_unlock(&output.lock);
}

int
console_read(void)
{
    if (serial != 0 && (port_read8(serial + UART_STATUS) & STATUS_TYPED))
        return port_read8(serial + UART_DATA);
    if (!ticket_trylock(&input.lock))
        return -1; /* somebody else is reading it */
    int key = keyboard_read();
    ticket_unlock(&input.lock);
    return key;
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
