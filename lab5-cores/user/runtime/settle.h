/* For experiments, on Corey: what was given up before a region is not to be freed within it. */
#ifndef COREY_SETTLE_H
#define COREY_SETTLE_H

/* Naps for as long as what this core has given up needs to become free. By then, too, a share that another core has
 * made for this one and given up since is this core's alone, if anything was allocated through it before (share.h,
 * H7). */
void core_settle(void);

#endif
