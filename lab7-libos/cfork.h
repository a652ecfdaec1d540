/* cfork: this program, once more, on a core of its own (exercise 7.1).
 *
 *     parent's root                          child's root
 *     what it may not write       ------>    the same
 *     what it may write           ------>    a copy on write, as it stands
 *       ... an inner tree         ------>    an inner tree of the same, mapping by mapping
 *     what is marked PERM_SHARED  ------>    the same, inner trees, too
 *
 * F1  Nothing that one of them writes is seen by the other, but where the parent has asked for it by PERM_SHARED.
 * F2  The child has a core, a share and a root of its own, and names for all that it has mapped: it can call cfork
 *     itself.
 * F3  All of it, or nothing: on an error there is nothing that was not there before.
 * F4  The parent keeps the core's handle, and nothing else of the child. */
#ifndef COREY_CFORK_H
#define COREY_CFORK_H

#include <stddef.h>
#include <stdint.h>

#include "launch.h"

/* A share that the child is to have, too: the parent's handle (of a slot, or through another share; it needs G on
 * it), and which rights of those that the parent has. */
struct cfork_share {
    uint64_t share;
    uint64_t rights;
};

/* Starts a copy of this program on a free core. Returns twice: in the parent the handle of the child's core (RIGHT_ALL,
 * in the parent's own share), in the child 0. shares[i] has slot 2 + i of the child's set.
 * The child has one core (cores() is 1), its own heap, streams, errno and trap area; the open files, which nobody can
 * write; the caller's stack and thread, and no other thread. The keyboard stays the parent's. What the parent has
 * printed is written out before, so it comes once. Segments that are mapped twice become two copies.
 * -EAGAIN: no core is free. -ENOMEM. -EINVAL: more than CORE_SHARES_MOST - 1 shares, or unknown rights. -ENOENT,
 * -EPERM: a share; or a mapping shows something that the parent's own share does not hold any more. */
int64_t cfork(const struct cfork_share *shares, size_t count);

/* Waits until the program on a core that cfork has returned is over, and gives the core back. *status (null: nobody
 * asks) is then as for waitpid (sys/wait.h): WEXITSTATUS of its exit; or WTERMSIG: SIGKILL where it was halted, else
 * what comes nearest to the trap that ended it. Returns 0, or -ECHILD: `core` is no such handle. */
int cfork_wait(int64_t core, int *status);

/* --- exercise 7.1 ------------------------------------------------------------------------------------------------- */

/* Maps in the child's tree `to` what `mapping`, of one of our trees, shows: the same or a copy, as the picture above
 * says. `to` is launch->root or an inner tree made for the child. What is copied comes from memory near the child's
 * core (launch->index) and is paid through its share. 0, or the first error of a call that failed; undoes nothing:
 * what was made so far hangs on the child's share. */
int64_t cfork_mapping(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping);

/* Makes the child and starts it: claims a core, fills the child's root, and passes context->share[1] and so on, which
 * the caller has filled in, as he has entry, stack and the arguments but for the first two: argument[0] and [1]
 * become the handles of the child's root and core as the child will name them. The core's handle; or an error, and
 * there is nothing left of it (F3). */
int64_t cfork_start(struct core_context *context);

#endif
