/* The ends of lab 1's tables (table.h). They stand apart from the code that walks the tables, since an array of no
 * entries is what the compiler sees here. */
#include "core.h"
#include "monitor.h"
#include "startup.h"
#include "test.h"
#include "trap.h"

TABLE_DEFINE(command, const struct command);
TABLE_DEFINE(each_core, startup_function);
TABLE_DEFINE(order, const struct order_handler);
TABLE_DEFINE(startup, startup_function);
TABLE_DEFINE(test, const struct test);
TABLE_DEFINE(trap, struct trap_handler);
