/* The console, as descriptors 0 to 2 see it. Output goes by debug_write, which needs no claim. Input comes from
 * the console device, byte by byte as it was typed; here it becomes lines. */
#include "console.h"

#include <stdbool.h>
#include <string.h>

#include "again.h"
#include "core_calls.h"
#include "devices.h"
#include "error_number.h"
#include "platform_calls.h"

#define CONSOLE   0 /* of the kinds of debug_write */
#define PART_MOST 512
#define LINE_MOST 256

#define LOOKS_A_SECOND 200

#define KEY_END       4 /* Ctrl-D */
#define KEY_BACKSPACE 8
#define KEY_DELETE    127

struct input {
    int64_t device; /* the claim; 0: not made yet */
    struct buffer buffer;
    char line[LINE_MOST];
    size_t length, read; /* bytes of the line, and how many of them have been read */
};

static struct input typed;

ssize_t
console_put(const char *from, size_t bytes)
{
    for (size_t done = 0, part; done < bytes; done += part) {
        part = bytes - done < PART_MOST ? bytes - done : PART_MOST;
        int64_t error = debug_write(CONSOLE, from + done, part);
        if (error < 0)
            return errno_set(error_number(error));
    }
    return (ssize_t)bytes;
}

/* Nothing tells of a key, or of a device that is free again: who waits for it looks now and then. */
static void
pause_for_a_look(void)
{
    core_sleep(clock_now() + clock_hertz() / LOOKS_A_SECOND);
}

/* Makes the buffer that the device fills, and claims it. */
static int64_t
input_begin(void)
{
    if (typed.device)
        return 0;
    if (!typed.buffer.header) {
        int64_t error = again(buffer_make(sizeof(struct device_buffer) + 1, &typed.buffer));
        if (error < 0)
            return error;
    }
    int64_t device = again(device_open("console"));
    if (device > 0)
        typed.device = device;
    return device;
}

bool
console_lend(void)
{
    bool had = typed.device != 0;
    if (had)
        share_delobj((uint64_t)typed.device);
    typed.device = 0;
    return had;
}

/* The claim of a program that is over waits in the limbo of its core for a moment. */
bool
console_take_back(void)
{
    int64_t error = E_BUSY;
    for (uint64_t looks = 0; looks < LOOKS_A_SECOND && (error = input_begin()) == E_BUSY; looks++)
        pause_for_a_look();
    return error >= 0;
}

void
console_begin_child(void)
{
    typed = (struct input){0};
}

/* The next byte that is typed, or an error; waits for it. */
static int64_t
key_read(void)
{
    for (;;) {
        int64_t bytes = again(device_do(typed.device, &typed.buffer, CONSOLE_READ, 1));
        if (bytes != 0)
            return bytes < 0 ? bytes : *(unsigned char *)buffer_data(&typed.buffer);
        pause_for_a_look();
    }
}

/* Does what the key says, on the line and on the screen; true when that was the line's end. */
static bool
line_key(char key)
{
    switch (key) {
    case KEY_END:
        return typed.length == 0;
    case KEY_BACKSPACE:
    case KEY_DELETE:
        if (typed.length > 0) {
            typed.length--;
            console_put("\b \b", 3);
        }
        return false;
    case '\r':
        key = '\n';
        break;
    }
    if (typed.length == LINE_MOST - 1 && key != '\n')
        return false; /* the last place is Enter's */
    typed.line[typed.length++] = key;
    console_put(&key, 1);
    return key == '\n';
}

ssize_t
console_get(char *to, size_t bytes)
{
    int64_t key = input_begin();
    if (typed.read == typed.length) {
        typed.read = typed.length = 0;
        while (key >= 0 && (key = key_read()) >= 0 && !line_key((char)key))
            ;
    }
    if (key < 0)
        return errno_set(error_number(key));
    if (bytes > typed.length - typed.read)
        bytes = typed.length - typed.read;
    memcpy(to, typed.line + typed.read, bytes);
    typed.read += bytes;
    return (ssize_t)bytes;
}
