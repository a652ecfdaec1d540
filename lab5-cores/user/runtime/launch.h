/* A program for another core, while it is being made there: its share, its root tree, its core.
 *
 *     core_claim      a free core, which our own share then holds
 *     launch_begin    a share of its own, which holds its core, its root (empty) and the modules
 *     ...             whatever it is to have in its root: a copy of what we have ourselves, or another program's file
 *     launch_run      the core starts; from then on all that there is of the child hangs on its share and root
 *     launch_end      we keep the core's handle and nothing else. Without launch_run before: all of it is gone
 *
 * The child's own share has slot 1 of its set, as ours has of our own: so what both name has the same handle. */
#ifndef COREY_LAUNCH_H
#define COREY_LAUNCH_H

#include <stdint.h>

#include "core_context.h"
#include "core_status.h"
#include "perm.h"

struct launch {
    uint64_t core;  /* handle of its core, through our own share */
    uint64_t index; /* of that processor */
    uint64_t named; /* handle of its share, through our own share; 0: it is our own */
    uint64_t share; /* the same as a slot of our set: what to allocate through */
    uint64_t root;  /* handle of its root tree, through its share */
};

/* --- on the parent's core ----------------------------------------------------------------------------------- */

/* Claims a core that nobody has; the core object is called `name`, or for null as this program. Its handle. E_BUSY: no
 * core is free. E_NOMEM, E_NOSPC, E_AGAIN. */
int64_t core_claim(const char *name);

/* Begins a child on `core`, which runs nothing, and whose name its share is given, too. On an error all is gone again,
 * but the core is still claimed. */
int64_t launch_begin(struct launch *launch, uint64_t core);

/* The same, but our own share is the child's as well: what either of the two makes from then on, both can name. What
 * was made for the child keeps its name there behind launch_end, too. */
int64_t launch_begin_within(struct launch *launch, uint64_t core);

/* Has the child's share hold an object of ours, with those of `rights` that we have; it may hold it already. */
int64_t launch_name(const struct launch *launch, uint64_t object, uint64_t rights);

/* Maps in the child's tree `to` what `mapping` shows in one of ours: the object itself, which the child's share then
 * holds as well... */
int64_t launch_show(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping);

/* ...or a copy on write of it, as it stands. E_TYPE: it is an inner tree. */
int64_t launch_copy(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping);

/* Calls pass_on(launch, to, mapping) for each mapping of our tree `from`, until one fails: its error, or 0. */
int64_t launch_fill(const struct launch *launch, uint64_t to, uint64_t from,
                    int64_t (*pass_on)(const struct launch *launch, uint64_t to,
                                       const struct mapping_entry *mapping));

/* Starts the child: fills in size, root and the first share of the context; the caller has done the rest. */
int64_t launch_run(const struct launch *launch, struct core_context *context);

/* Drops our names for what the child consists of, but for its core. */
void launch_end(const struct launch *launch);

/* A stack for the first function of a child that is a copy of this program: below the frame of the function that asks,
 * and all of its callers. A function finds its stack 8 off a multiple of 16. */
#define COPY_STACK ((((uint64_t)__builtin_frame_address(0) - 128) & ~15ul) - sizeof(uint64_t))

/* Sleeps until the program of a core is over: 0, and *status says how it ended. An error: of core_stat. */
int64_t core_wait(uint64_t core, struct core_status *status);

/* --- on the child's core, where it is a copy of its parent -------------------------------------------------------- */

/* First of all: puts what is its own into its boot page; handles through its own share. */
void copy_enter(uint64_t root, uint64_t core, uint64_t cores);

/* --- for a C library (weak defaults: nothing, a call of go, and nothing) ---------------------------------------- */

/* On the parent's core, before a copy of its memory is made. */
void copy_before(void);

/* On the copy's core, behind copy_enter: makes the library's state its own, then has go() called, which does not
 * return. */
void copy_begin(void (*go)(void));

/* On the copy's core, before it ends in another way than by exit(). */
void copy_after(void);

#endif
