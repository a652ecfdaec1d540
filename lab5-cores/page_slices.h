/* Whose memory is whose. The memory of a node (ACPI's word is proximity domain) is divided among the cores of that
 * node: of each of its ranges every one of them has a slice, with as many free pages as any other's. So a core takes
 * pages that are near, until it has no more and steals others' (page.h). Memory of a node without cores goes to those
 * of the range in front of it; a core whose node has no memory begins with none, and steals.
 *
 * Where nothing is known of nodes, all cores and all memory are one node's. */
#ifndef COREY_PAGE_SLICES_H
#define COREY_PAGE_SLICES_H

#include "srat.h"

/* Has each core that is up deal out its slices (page_deal), the cores of a node all at the same time. Start-up, once
 * all other cores are idle. Leaves *nodes with the ranges that were dealt, and no others: they cover all memory, and
 * no two in a row have the same node. */
void page_slices_deal(struct srat *nodes);

/* A core's node. */
uint32_t core_node(const struct srat *nodes, uint32_t core);

#endif
