/* The keyboard behind an 8042 controller (IBM PS/2 Hardware Interface Technical Reference, Keyboard and Auxiliary
 * Device Controller). Keys come as their numbers in set 1, which the controller translates to; an arrow becomes the
 * escape sequence that terminals send. The layout is the American one. */
#include "keyboard.h"

#include "machine.h"
#include "types.h"

#define KEYBOARD_DATA    0x60
#define KEYBOARD_CONTROL 0x64 /* read: status; written: commands */

#define STATUS_OUT   0x01 /* a byte is there for us */
#define STATUS_IN    0x02 /* one of ours has not been taken yet */
#define STATUS_MOUSE 0x20 /* the byte comes from the mouse */
#define STATUS_NONE  0xff /* there is no controller */

#define COMMAND_CONFIGURE   0x60
#define CONFIGURE_TRANSLATE 0x40
#define CONFIGURE_NO_MOUSE  0x20 /* and no interrupts */
#define COMMAND_ENABLE      0xae
#define KEYBOARD_SCAN       0xf4 /* to the keyboard itself */

#define KEY_EXTENDED    0xe0 /* another byte follows: an arrow, or a twin of some other key */
#define KEY_RELEASED    0x80
#define KEY_CONTROL     0x1d
#define KEY_SHIFT_LEFT  0x2a
#define KEY_SHIFT_RIGHT 0x36

#define TRIES 100000 /* looks at a controller that stays busy */

/* What a key types, by its number; 0: nothing by itself. */
static const char plain[] = "\0\0331234567890-=\177\tqwertyuiop[]\r\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
static const char shifted[] = "\0\033!@#$%^&*()_+\177\tQWERTYUIOP{}\r\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

static bool present;
static bool extended, shift, control; /* the byte before was KEY_EXTENDED; keys that are held down */
static const char *rest = "";         /* of an escape sequence */

static void
controller_write(uint16_t port, uint8_t value)
{
    for (unsigned i = 0; i < TRIES && (port_read8(KEYBOARD_CONTROL) & STATUS_IN); i++)
        cpu_pause();
    port_write8(port, value);
}

void
keyboard_open(void)
{
    present = port_read8(KEYBOARD_CONTROL) != STATUS_NONE;
    if (!present)
        return;
    controller_write(KEYBOARD_CONTROL, COMMAND_CONFIGURE);
    controller_write(KEYBOARD_DATA, CONFIGURE_TRANSLATE | CONFIGURE_NO_MOUSE);
    controller_write(KEYBOARD_CONTROL, COMMAND_ENABLE);
    controller_write(KEYBOARD_DATA, KEYBOARD_SCAN); /* its answer looks like a key that is released */
}

static const char *
extended_text(uint8_t key)
{
    switch (key) {
    case 0x1c:
        return "\r";
    case 0x35:
        return "/";
    case 0x47:
        return "\033[H";
    case 0x48:
        return "\033[A";
    case 0x4b:
        return "\033[D";
    case 0x4d:
        return "\033[C";
    case 0x4f:
        return "\033[F";
    case 0x50:
        return "\033[B";
    case 0x53:
        return "\033[3~";
    }
    return "";
}

/* What this byte of the keyboard's types: a character, or 0; then perhaps there is something in `rest`. */
static char
key_take(uint8_t code)
{
    uint8_t key = code & (uint8_t)~KEY_RELEASED;
    bool down = key == code, twin = extended;
    extended = code == KEY_EXTENDED;
    if (extended)
        return 0;
    if (key == KEY_CONTROL)
        control = down;
    else if (!twin && (key == KEY_SHIFT_LEFT || key == KEY_SHIFT_RIGHT))
        shift = down;
    else if (down && twin)
        rest = extended_text(key);
    else if (down && key < sizeof plain) {
        char c = shift ? shifted[key] : plain[key];
        return control ? c & 0x1f : c;
    }
    return 0;
}

int
keyboard_read(void)
{
    uint8_t status;
    if (!present)
        return -1;
    while (*rest == '\0') {
        if (!((status = port_read8(KEYBOARD_CONTROL)) & STATUS_OUT))
            return -1;
        uint8_t code = port_read8(KEYBOARD_DATA);
        char c = status & STATUS_MOUSE ? 0 : key_take(code);
        if (c != 0)
            return c;
    }
    return *rest++;
}
