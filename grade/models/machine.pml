/* The machine under every model: cores whose stores wait in store buffers (x86-TSO), and the words by which a model
 * says what it needs.
 *
 * A store enters its core's buffer and becomes visible later, in order, when the core's buffer process writes it to
 * memory. The buffer has two places: a store may wait there, and wait for another. A load sees the core's own buffer
 * first. A locked instruction or a fence goes on only when the buffer is empty. Nothing else on x86 reorders: that is
 * all that __atomic's orders come to there. (Sewell et al., "x86-TSO", CACM 2010.) What is no word of `memory` is
 * hardware of another kind, such as a TLB, or a ghost: seen by the model's assertions, not by the cores.
 *
 * A model defines CORES and WORDS, of memory, and includes this file before all else.
 *
 * **What can be removed.** Each fence, locked instruction, flush, wait, second look and order of two writes that a
 * protocol rests on has a name. The model as it is must hold; compiled with -DNO_name, it must fail:
 *      NEEDED(name, step)                  the step is left out
 *      NEEDED_IF(name, condition)          the condition counts as true
 *      EITHER(name, (right), (wrong))      the wrong one takes its place
 *      ORDER(name, (first), (second))      they change places */

#define NEEDED(name, ...)         EITHER(name, (__VA_ARGS__), (skip))
#define NEEDED_IF(name, ...)      (EITHER(name, ((__VA_ARGS__)), (true)))
#define ORDER(name, first, then)  EITHER(name, (OPEN first; OPEN then), (OPEN then; OPEN first))
#define EITHER(name, right, wrong) EITHER_FLAG(NO_##name)(right, wrong)

/* NO_name is 1 where it is defined: REMOVED_1 then moves WRONG into the second place. */
#define EITHER_FLAG(flag)              EITHER_PICK(flag)
#define EITHER_PICK(flag)              SECOND(REMOVED_##flag WRONG, RIGHT, )
#define REMOVED_1                      ,
#define SECOND(...)                    SECOND_OF(__VA_ARGS__)
#define SECOND_OF(first, second, ...)  second
#define RIGHT(right, wrong)            OPEN right
#define WRONG(right, wrong)            OPEN wrong
#define OPEN(...)                      __VA_ARGS__

typedef store_buffer {
    byte used;
    byte word[2], value[2]
};
byte memory[WORDS];
store_buffer buffer[CORES];

/* What a load by `core` gives: its own newest store to the word, else what memory holds. */
#define SEES(core, at)                                                                                \
    (buffer[core].used == 2 && buffer[core].word[1] == (at) -> buffer[core].value[1] :                \
     (buffer[core].used > 0 && buffer[core].word[0] == (at) -> buffer[core].value[0] : memory[at]))

#define STORE(core, at, what)                                                                         \
    atomic {                                                                                          \
        buffer[core].used < 2 ->                                                                      \
        buffer[core].word[buffer[core].used] = at;                                                    \
        buffer[core].value[buffer[core].used] = what;                                                 \
        buffer[core].used++                                                                           \
    }

/* A locked instruction: what it does to memory[], it does at once. */
#define LOCKED(core, ...) atomic { buffer[core].used == 0 -> __VA_ARGS__ }
#define FENCE(core)       (buffer[core].used == 0)

/* Locks are ticket locks; here a word that is 0 when free. Giving one back is a plain store. */
#define LOCK(core, at)    LOCKED(core, memory[at] == 0 -> memory[at] = 1)
#define UNLOCK(core, at)  STORE(core, at, 0)

/* Started first: its number is its core's. */
active [CORES] proctype buffer_empties()
{
end:
    do
    :: d_step {
           buffer[_pid].used > 0 ->
           memory[buffer[_pid].word[0]] = buffer[_pid].value[0];
           buffer[_pid].word[0] = buffer[_pid].word[1];
           buffer[_pid].value[0] = buffer[_pid].value[1];
           buffer[_pid].used--;
           buffer[_pid].word[buffer[_pid].used] = 0;
           buffer[_pid].value[buffer[_pid].used] = 0
       }
    od
}
