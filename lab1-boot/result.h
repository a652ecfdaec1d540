/* The result channel: what grader and benchmarks read. One line a record:
 *
 *     @NONCE SEQUENCE CORE k|u KIND JSON
 *
 * Written whole under one lock to port 0xE9. `k` is the kernel's word, `u` that of a program in ring 3, which never
 * sees the nonce. The nonce comes by QEMU's fw_cfg (opt/corey/nonce), elsewhere as `nonce=` on the command line,
 * from which it is cut before anyone reads it. */
#ifndef COREY_RESULT_H
#define COREY_RESULT_H

#include "types.h"

#define EXIT_GOOD   0x10 /* QEMU ends with status 2 * value + 1 */
#define EXIT_FAILED 0x11
#define EXIT_PANIC  0x12
#define EXIT_HOLE   0x13

#define RESULT_MAX      4096 /* bytes of a record, all in; what is longer is cut */
#define RESULT_USER_MAX 512

/* Finds the nonce and the command line (fw_cfg before the loader's). After boot_info_copy. */
void result_begin(void);

/* Writes one kernel record; the format makes the JSON. Strings go through json_quote first. */
__attribute__((format(printf, 2, 3))) void result_record(const char *kind, const char *format, ...);

/* Writes one record for ring 3: `text` holds "KIND {...}", KIND in small letters, `length` bytes of at most
 * RESULT_USER_MAX; what is not printable ASCII becomes '?'. Text of another form is E_INVAL. Copied once by the
 * caller: not ring 3's memory. */
int result_user(const char *text, size_t length);

/* `text` as a JSON string with its quotes, into `to`. Returns `to`. */
char *json_quote(char *to, size_t size, const char *text);

/* The value of `key=` on the command line, or null; `run=` takes the rest of the line, others a word. The result
 * lies in `to`. */
char *command_value(const char *key, char *to, size_t size);

/* Makes this core the one that ends the machine, before it says why: another one that comes for that stops. */
void machine_claim_end(void);

/* Whether a core has done so. */
bool machine_is_ending(void);

/* Writes the `end` record and ends the machine. */
__attribute__((noreturn)) void machine_exit(uint8_t code);

/* Starts the machine again. */
__attribute__((noreturn)) void machine_reboot(void);

/* Ends the machine without a word: QEMU with the code's status, Bochs, and any other by halting this core. */
__attribute__((noreturn)) void machine_off(uint8_t code);

#endif
