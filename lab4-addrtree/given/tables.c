/* The ends of lab 4's table (table.h), apart from the code that walks it, as in lab 1. */
#include "program.h"

TABLE_DEFINE(program_setup, program_setup_function);
