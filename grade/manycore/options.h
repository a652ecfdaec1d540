/* The plugin's options (README.md), and where the guest's kernel is entered. */
#ifndef MANYCORE_OPTIONS_H
#define MANYCORE_OPTIONS_H

#include "memory.h"
#include "profile.h"
#include "turns.h"

struct options {
    enum { MODE_TIME, MODE_CONFLICT, MODE_TURNS } mode;
    enum { MEMORY_AT_END, MEMORY_AT_REGION } memory_at;
    const char *machine, *out, *entries, *memory; /* files; null: none */
    uint64_t begin, charge;                       /* addresses; 0: at once */
    struct memory_options model;
    struct turns_options turns;
};

extern struct options options;

/* Reads all of them, and the file `entries`; false: one is wrong or missing, and which has been said. */
bool options_read(int count, char **words);

/* What the kernel is entered for where this is executed. */
enum entry entry_kind(uint64_t address);

#endif
