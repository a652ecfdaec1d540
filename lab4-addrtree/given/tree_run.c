/* Which core runs on which root, and so whom a change of a tree concerns. */
#include "tree.h"

#include "machine.h"

PER_CORE struct tree_counts tree_counts;
static PER_CORE struct tree *tree_running;

struct tree *
tree_on(uint32_t index)
{
    return *CORE_AT(index, tree_running);
}

struct tree *
tree_current(void)
{
    return *CORE_OWN(tree_running);
}

bool
tree_claim(struct tree *root, uint32_t index)
{
    uint32_t nobody = 0;
    /* SEQ_CST: the tenant stands before the processor walks the tables, so whoever changes them and then
     * reads it flushes that core (partner: the fence in tree_cores). Acquire: the core before has left it. */
    return __atomic_compare_exchange_n(&root->tenant, &nobody, index + 1, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_RELAXED);
}

void
tree_give_back(struct tree *root)
{
    /* Release: cr3 has left it before another core may run on it (partner: the exchange in tree_claim). */
    __atomic_store_n(&root->tenant, 0, __ATOMIC_RELEASE);
}

int
tree_load(struct tree *root)
{
    struct tree **running = CORE_OWN(tree_running), *before = *running;
    if (root == before)
        return 0;
    /* Relaxed: no other core puts this one's number there but before it hands over a program to run on it. */
    bool ours = root == NULL || __atomic_load_n(&root->tenant, __ATOMIC_RELAXED) == core_index() + 1;
    if (!ours && !tree_claim(root, core_index()))
        return E_BUSY;
    cr3_write(root != NULL ? physical(page_bytes(root->top)) : physical(kernel_root));
    *running = root;
    if (before != NULL)
        tree_give_back(before);
    return 0;
}

void
tree_leave_for_sleep(void)
{
    cr3_write(physical(kernel_root));
}

void
tree_return(void)
{
    struct tree *root = tree_current();
    if (root != NULL)
        cr3_write(physical(page_bytes(root->top)));
}

/* Adds the core that runs on this root, if any. */
static void
tenant_add(const struct tree *root, struct core_set *cores)
{
    /* SEQ_CST: after the fence in tree_cores. */
    uint32_t tenant = __atomic_load_n(&root->tenant, __ATOMIC_SEQ_CST);
    if (tenant != 0)
        core_set_add(cores, tenant - 1);
}

void
tree_cores(struct tree *tree, struct core_set *cores)
{
    /* The changed tables are written before any tenant is read. Partner: the exchange in tree_claim. Either we
     * see the tenant, or its processor, whose walks come after, sees the changes. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    if (!tree->inner)
        tenant_add(tree, cores);
    for (struct mapping *shown = tree->shown; shown != NULL; shown = shown->next_shown)
        tenant_add(shown->tree, cores);
}

void
cores_flush(const struct core_set *cores)
{
    if (core_set_next(cores, 0) == CORE_MAX)
        return;
    CORE_OWN(tree_counts)->flushes++;
    core_flush(cores);
}

void
tree_flush(struct tree *tree)
{
    struct core_set cores = {};
    tree_cores(tree, &cores);
    cores_flush(&cores);
}
