/* Permissions of a mapping. */
#ifndef COREY_PERM_H
#define COREY_PERM_H

#define PERM_R      1 /* always needed: the processor knows no memory that cannot be read */
#define PERM_W      2
#define PERM_X      4
#define PERM_SHARED 8 /* stored only: cfork passes such mappings on by reference */
#define PERM_ALL    15

/* Kind of a tree, for at_alloc. */
#define TREE_ROOT  0
#define TREE_INNER 1

/* What at_get copies out, a mapping each. */
struct mapping_entry {
    unsigned long start, bytes, offset;
    unsigned long object; /* id */
    unsigned long perm;
};

#endif
