/* The B+tree of a bucket: looked up often, grown seldom, never shrunk.
 *
 *   inner node   entry[0] … entry[count - 1], child[0] … child[count]:
 *                keys of child[i] < entry[i] <= keys of child[i + 1]
 *   leaf         entry[0] … entry[count - 1], child[0] is the next leaf to the right
 *
 * Growing splits every full node on the way down, so there is always room above for what a split hands up. */
#include "bucket.h"

#define ORDER 15u /* entries a node: so each half of a leaf fills two cache lines */

struct node {
    unsigned count;
    uint64_t prefix[ORDER]; /* of the entry's key, so that a search stays within the node */
    struct entry *entry[ORDER];
    struct node *child[ORDER + 1]; /* a leaf ends behind the first one */
};

static struct node *
node_make(struct arena *arena, bool leaf)
{
    return arena_take(arena, leaf ? offsetof(struct node, child[1]) : sizeof(struct node));
}

/* The number of entries with a key below `key`, or not above it when `equal`. */
static unsigned
node_rank(const struct node *node, const struct key *key, bool equal)
{
    unsigned rank = 0;
    while (rank < node->count && node->prefix[rank] < key->prefix)
        rank++;
    for (; rank < node->count && node->prefix[rank] == key->prefix; rank++) {
        int order = key_compare(&node->entry[rank]->key, key);
        if (order > 0 || (order == 0 && !equal))
            break;
    }
    return rank;
}

static struct entry *
bucket_find(const struct bucket *bucket, const struct key *key)
{
    struct node *node = bucket->root;
    if (!node)
        return NULL;
    for (unsigned level = bucket->height; level > 0; level--)
        node = node->child[node_rank(node, key, true)];
    unsigned rank = node_rank(node, key, false);
    if (rank == node->count || key_compare(&node->entry[rank]->key, key) != 0)
        return NULL;
    return node->entry[rank];
}

/* Puts an entry at `rank`, and `right` (inner nodes only) at its right hand. */
static void
node_insert(struct node *node, unsigned rank, struct entry *entry, struct node *right)
{
    uint64_t prefix = entry->key.prefix;
    for (unsigned i = rank; i <= node->count; i++) { /* each takes the place of the next */
        uint64_t next_prefix = node->prefix[i];
        struct entry *next_entry = node->entry[i];
        node->prefix[i] = prefix;
        node->entry[i] = entry;
        prefix = next_prefix;
        entry = next_entry;
    }
    node->count++;
    if (!right)
        return;
    for (unsigned i = rank + 1; i <= node->count; i++) {
        struct node *next = node->child[i];
        node->child[i] = right;
        right = next;
    }
}

/* Moves the upper half of the full node parent->child[rank] into the empty node `right`. A leaf keeps a copy
 * of what separates the halves, an inner node hands it up. */
static void
node_split(struct node *parent, unsigned rank, struct node *right, bool leaf)
{
    struct node *left = parent->child[rank];
    unsigned half = ORDER / 2, first = leaf ? half : half + 1;
    struct entry *separator = left->entry[half];
    for (unsigned i = first; i < ORDER; i++) {
        right->prefix[i - first] = left->prefix[i];
        right->entry[i - first] = left->entry[i];
    }
    right->count = ORDER - first;
    left->count = half;
    if (leaf) {
        right->child[0] = left->child[0];
        left->child[0] = right;
    } else {
        for (unsigned i = first; i <= ORDER; i++)
            right->child[i - first] = left->child[i];
    }
    node_insert(parent, rank, separator, right);
}

/* Gives the bucket a root with room. Returns false when there is no memory. */
static bool
root_make_room(struct bucket *bucket, struct arena *arena)
{
    struct node *old = bucket->root;
    if (old && old->count < ORDER)
        return true;
    struct node *root = node_make(arena, !old);
    struct node *right = old ? node_make(arena, bucket->height == 0) : NULL;
    if (!root || (old && !right))
        return false;
    if (old) {
        root->child[0] = old;
        node_split(root, 0, right, bucket->height == 0);
        bucket->height++;
    }
    bucket->root = root;
    return true;
}

/* Enters an entry whose key the bucket lacks. Where memory ends half way, some nodes are split: the same keys
 * in a good tree. Returns false then. */
static bool
bucket_insert(struct bucket *bucket, struct arena *arena, struct entry *entry)
{
    if (!root_make_room(bucket, arena))
        return false;
    struct node *node = bucket->root;
    for (unsigned level = bucket->height; level > 0; level--) {
        unsigned rank = node_rank(node, &entry->key, true);
        if (node->child[rank]->count == ORDER) {
            struct node *right = node_make(arena, level == 1);
            if (!right)
                return false;
            node_split(node, rank, right, level == 1);
            rank = node_rank(node, &entry->key, true);
        }
        node = node->child[rank];
    }
    node_insert(node, node_rank(node, &entry->key, true), entry, NULL);
    return true;
}

struct entry *
bucket_enter(struct bucket *bucket, struct arena *arena, const struct key *key)
{
    struct entry *entry = bucket_find(bucket, key);
    if (entry)
        return entry;
    entry = arena_take(arena, sizeof(*entry));
    if (!entry)
        return NULL;
    entry->key = *key;
    return bucket_insert(bucket, arena, entry) ? entry : NULL;
}

struct bucket_cursor
bucket_begin(const struct bucket *bucket)
{
    const struct node *node = bucket->root;
    for (unsigned level = bucket->height; level > 0; level--)
        node = node->child[0];
    return (struct bucket_cursor){.leaf = node, .at = 0};
}

struct entry *
bucket_entry(const struct bucket_cursor *cursor)
{
    return cursor->leaf ? cursor->leaf->entry[cursor->at] : NULL;
}

void
bucket_step(struct bucket_cursor *cursor)
{
    if (++cursor->at == cursor->leaf->count) {
        cursor->leaf = cursor->leaf->child[0];
        cursor->at = 0;
    }
}
