/* The program's trap area on this core. */
#ifndef COREY_USER_TRAP_H
#define COREY_USER_TRAP_H

/* Gives the page back when the program ends; there may be none. No locks held. */
void trap_area_release(void);

#endif
