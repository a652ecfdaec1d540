/* What the cores of this program share besides what it asks for: the setting `sharing`, as platform.h explains it. */
#ifndef COREY_SHARING_H
#define COREY_SHARING_H

enum sharing_mode {
    SHARING_CHOSEN,     /* what the program asks to be SHARED */
    SHARING_EVERYTHING, /* all memory, through one tree; all objects, through one share */
    SHARING_APART,      /* no tree: each root maps what is SHARED by itself */
};

/* This program's; it does not change. A setting that is none of these ends the program with status 1, and says so. */
enum sharing_mode sharing_mode(void);

#endif
