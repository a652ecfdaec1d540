/* The keyboard: a PS/2 one, polled, or what the firmware shows as one; perhaps there is none. */
#ifndef COREY_KEYBOARD_H
#define COREY_KEYBOARD_H

/* Has the keyboard say what is typed. Start-up. */
void keyboard_open(void);

/* The next byte typed, as a terminal would send it, or -1 when there is none. One caller at a time. */
int keyboard_read(void);

#endif
