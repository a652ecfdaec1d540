/* exercise: 7.1
 * believed: only the child's mappings change: a root of its own keeps what the child writes from the parent
 * killed by: cfork_memory */
/* cfork.c body 1 */
    return launch_show(launch, to, mapping);
