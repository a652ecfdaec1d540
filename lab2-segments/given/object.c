/* Objects: made, held, dropped, buried; and what later labs replace: accounts, and the drop itself. */
#include "object.h"

#include "core.h"
#include "panic.h"
#include "slab.h"
#include "string.h"

#define ID_CORE_SHIFT   44
#define ID_COUNTER_LAST ((1ul << ID_CORE_SHIFT) - 1)

/* The counter of the last id that this core has given out; only its own core touches it. */
static PER_CORE uint64_t object_counter;

uint64_t
object_next_id(void)
{
    uint64_t *counter = CORE_OWN(object_counter);
    if (*counter == ID_COUNTER_LAST)
        return 0;
    return (uint64_t)core_index() << ID_CORE_SHIFT | ++*counter;
}

void
object_set_next_id(uint64_t counter)
{
    assert(counter > 0);
    *CORE_OWN(object_counter) = counter - 1;
}

int
object_create(uint8_t type, size_t bytes, struct account *account, uint32_t home, const char *name,
              struct object **out)
{
    uint64_t size = slab_size(bytes);
    int error = account_charge(account, size);
    if (error)
        return error;

    uint64_t id = object_next_id(); /* one that stays unused is no loss */
    struct object *object = id ? slab_alloc(home, bytes) : NULL;
    if (!object) {
        account_refund(account, size);
        return id ? E_NOMEM : E_NOSPC;
    }
    account_hold(account);
    object->id = id;
    object->references = 1;
    object->home = home;
    object->type = type;
    object->bytes = size;
    object->account = account;
    string_copy(object->name, name, NAME_SIZE);
    *out = object;
    return 0;
}

bool
object_hold(struct object *object)
{
    uint32_t count = __atomic_load_n(&object->references, __ATOMIC_RELAXED);
    /* Acquire on success: sees the object as its maker left it. Partner: the release that published its entry. */
    while (count != 0)
        if (__atomic_compare_exchange_n(&object->references, &count, count + 1, true, __ATOMIC_ACQUIRE,
                                        __ATOMIC_RELAXED))
            return true;
    return false;
}

void
object_publish(struct object *object)
{
    /* Relaxed: the release by which the object is then made reachable comes after it, and whoever drops the last
     * reference has it from there. */
    __atomic_fetch_or(&object->flags, OBJECT_PUBLIC, __ATOMIC_RELAXED);
    account_publish(object->account);
}

/* What its type adds; null: nothing. */
static const struct object_type_operations *
object_operations(const struct object *object)
{
    TABLE_EACH (object_type, const struct object_type_operations, entry)
        if ((*entry)->type == object->type)
            return *entry;
    return NULL;
}

void
object_each(struct object *object, void (*visit)(struct object *object))
{
    const struct object_type_operations *operations = object_operations(object);
    if (operations != NULL && operations->each != NULL)
        operations->each(object, visit);
}

/* Gives up what the object refers to, and frees it and its charge; nobody can be looking at it any more. The caller
 * drops the account. */
static void
object_free(struct object *object)
{
    struct account *account = object->account;
    uint64_t bytes = object->bytes;
    const struct object_type_operations *operations = object_operations(object);
    if (operations != NULL)
        operations->destroy(object);
    slab_free(object);
    account_refund(account, bytes);
}

static void
object_leave_limbo(struct limbo_item *item)
{
    struct object *object = CONTAINER_OF(item, struct object, limbo);
    struct account *account = object->account;
    uint64_t bytes = object->bytes;
    object_free(object);
    account_limbo(account, -(int64_t)bytes);
    account_drop(account);
}

void
object_bury(struct object *object)
{
    struct account *account = object->account;
    if (object_is_public(object)) {
        account_limbo(account, object->bytes);
        limbo_put(&object->limbo, object_leave_limbo);
    } else {
        object_free(object);
        account_drop(account);
    }
}

static void
page_leave_limbo(struct limbo_item *item)
{
    struct page *page = CONTAINER_OF(item, struct page, limbo);
    struct account *account = page->account;
    page_free(page);
    account_refund(account, PAGE_SIZE);
    account_limbo(account, -(int64_t)PAGE_SIZE);
    account_drop(account);
}

void
page_retire(struct page *page, struct account *account)
{
    account_hold(account);
    account_limbo(account, PAGE_SIZE);
    page->account = account;
    limbo_put(&page->limbo, page_leave_limbo);
}

__attribute__((weak)) void
object_drop(struct object *object)
{
    /* Release: what we did with the object comes before its end; acquire, for the last: so did all others. */
    if (__atomic_sub_fetch(&object->references, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    queue_lock(&object->lock);
    __atomic_fetch_or(&object->flags, OBJECT_DEAD, __ATOMIC_RELAXED); /* ordered by the lock */
    queue_unlock(&object->lock);
    object_bury(object);
}

__attribute__((weak)) int
account_charge(__attribute__((unused)) struct account *account, __attribute__((unused)) uint64_t bytes)
{
    return 0;
}

__attribute__((weak)) void
account_hold(__attribute__((unused)) struct account *account)
{
}

__attribute__((weak)) void
account_drop(__attribute__((unused)) struct account *account)
{
}

__attribute__((weak)) void
account_publish(__attribute__((unused)) struct account *account)
{
}

__attribute__((weak)) void
account_limbo(__attribute__((unused)) struct account *account, __attribute__((unused)) int64_t bytes)
{
}
