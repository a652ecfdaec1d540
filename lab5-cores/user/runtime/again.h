/* Calls that may answer E_AGAIN: memory of this account is on its way back, and the same call may succeed later.
 * Each call takes this core through its kernel, where what it gave up itself becomes free; what others gave up
 * becomes free when they have gone through theirs. So it is worth asking some more times, but not for ever. */
#ifndef COREY_AGAIN_H
#define COREY_AGAIN_H

#include "error.h"

#define AGAIN_MOST 1000

/* The call's result; evaluates the call until it is another than E_AGAIN, AGAIN_MOST times at the most. */
#define again(call)                                                                                          \
    ({                                                                                                       \
        int64_t again_result = E_AGAIN;                                                                      \
        for (unsigned again_tries = 0; again_tries < AGAIN_MOST && again_result == E_AGAIN; again_tries++)   \
            again_result = (int64_t)(call);                                                                  \
        again_result;                                                                                        \
    })

#endif
