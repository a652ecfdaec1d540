/* Exercise 4.6: what the kernel reads from and writes to a program's memory.
 *
 * U1  The kernel never uses a user address: it looks up the physical page behind it, and uses the direct map.
 * U2  Every page is looked up by itself, just before it is used, with the access that it needs. No looked-up
 *     page outlives the call.
 * U3  What ring 3 has written is copied once and then checked: it may change at any time. */
#ifndef COREY_USER_COPY_H
#define COREY_USER_COPY_H

#include "segment.h"

/* --- exercise 4.6 --------------------------------------------------------------------------------------- */

/* Copies between the kernel and addresses of the root that this core runs on. The bytes may cross pages and
 * mappings; a page that is not there yet is faulted in. The range may not wrap or pass USER_END: then nothing
 * is copied. copy_in takes the page of user_page_find, and asks again when it has copied: where another page
 * is there by then, it copies that one (a lookup without a lock may be overtaken by a write that breaks
 * copy-on-write). copy_out writes into the page of user_page_own, whose segment stays locked meanwhile.
 * E_FAULT: some byte is not accessible; what comes before it may have been copied. E_NOMEM, E_AGAIN. */
int user_copy_in(void *to, uint64_t address, uint64_t bytes);
int user_copy_out(uint64_t address, const void *from, uint64_t bytes);

/* --- given ---------------------------------------------------------------------------------------------- */

/* The page that ring 3 reads at `address` (below USER_END). Takes no lock: it stays a page until the core's
 * next crossing, but not necessarily the one that is mapped there. E_FAULT, E_NOMEM, E_AGAIN. */
int user_page_find(uint64_t address, struct page **out);

/* The page that ring 3 writes at `address`, the segment's own (copy-on-write broken); its segment is locked,
 * and no copy of it can be made until the caller unlocks segment->object.lock. E_FAULT, E_NOMEM, E_AGAIN:
 * nothing locked. */
int user_page_own(uint64_t address, struct page **out, struct segment **segment);

#endif
