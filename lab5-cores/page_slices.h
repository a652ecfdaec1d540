/* Whose memory is whose: each core has one contiguous slice, with as many free pages as any other. */
#ifndef COREY_PAGE_SLICES_H
#define COREY_PAGE_SLICES_H

/* Cuts memory into a slice a core that is up; page_home (lab 1) then follows it. Start-up. */
void page_slices_make(void);

/* Has each core deal out its own slice (page_deal), all at the same time. Start-up, once the slices are made and all other
 * cores are idle. */
void page_slices_deal(void);

#endif
