/* The fuzzer, run after run: no program may leave anything behind. `seed=` and `calls=` on the command line, or few of one seed. */
#include "audit.h"
#include "console.h"
#include "format_number.h"
#include "page.h"
#include "program.h"
#include "result.h"
#include "test.h"

#define CALLS_A_RUN 2000
