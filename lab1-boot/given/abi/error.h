/* Error numbers, the same in the kernel, in ring 3 and in every header's contract.
 *
 * A call returns a value >= 0, or one of these. A call that returns an error has changed nothing. */
#ifndef COREY_ERROR_H
#define COREY_ERROR_H

#define E_INVAL  (-1)  /* an argument is malformed: not aligned, out of range, of the wrong kind */
#define E_NOMEM  (-2)  /* no free page, or the account's limit is reached */
#define E_PERM   (-3)  /* a share's entry, or its slot, lacks the right that the call needs */
#define E_NOENT  (-4)  /* nothing by that name: no such id, slot, mapping, file or program */
#define E_EXIST  (-5)  /* something stands there already */
#define E_BUSY   (-6)  /* in use by another owner; it may become free */
#define E_AGAIN  (-7)  /* memory of this account is on its way back; the same call may succeed later */
#define E_NOSPC  (-8)  /* a table or a counter of fixed size is at its end */
#define E_LOOP   (-9)  /* a share would contain itself */
#define E_FAULT  (-10) /* a pointer from ring 3 does not lead to memory with the rights needed */
#define E_NOSYS  (-11) /* no system call with this number */
#define E_TYPE   (-12) /* the object exists, but is of another type */
#define E_HALTED (-13) /* the caller's core was told to halt; its work was undone */
#define E_IO     (-14) /* a device failed */

#endif
