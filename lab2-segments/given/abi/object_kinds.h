/* Words about objects that ring 3 shares with the kernel. */
#ifndef COREY_OBJECT_KINDS_H
#define COREY_OBJECT_KINDS_H

#define NAME_SIZE 32 /* bytes of an object's name, its NUL among them */

enum object_type {
    OBJECT_NONE = 0,
    OBJECT_SHARE = 1,
    OBJECT_SEGMENT = 2,
    OBJECT_TREE = 3,
    OBJECT_CORE = 4,
    OBJECT_DEVICE = 5,
};

/* How segment_copy copies. */
enum copy_mode {
    COPY_EAGER = 0,        /* all pages now */
    COPY_ON_WRITE = 1,     /* a page when either side writes it */
    COPY_ON_REFERENCE = 2, /* a page when the copy touches it at all, or the source writes it */
};

#endif
