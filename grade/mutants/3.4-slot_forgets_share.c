/* exercise: 3.4
 * believed: emptying a slot gives the share up by itself
 * killed by: audit_after_work */
/* object_drop.c body 2 */
struct share_set_slot *own = &(*CORE_OWN(share_set))[slot];
if (share != NULL && !object_hold(&share->object))
    return E_NOENT;
*own = (struct share_set_slot){share, share != NULL ? rights : 0};
return 0;
