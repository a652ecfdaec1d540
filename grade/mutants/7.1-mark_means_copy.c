/* exercise: 7.1
 * believed: a shared mark means copy: what both are to have must be there twice
 * killed by: cfork_shared */
/* cfork.c body 1 */
    if (!(mapping->perm & PERM_W))
        return launch_show(launch, to, mapping);
    int64_t error = launch_copy(launch, to, mapping);
    return error == E_TYPE ? launch_show(launch, to, mapping) : error;
