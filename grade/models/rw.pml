/* The read-write lock whose readers write their own lines only (rw_lock.h).
 *
 * Two cores read twice each, what a third one writes twice: two words that are always alike.
 *
 *      reader    rw_read_lock, rw_read_unlock
 *      writer    rw_write_lock, rw_reader_wait, rw_write_unlock; other writers wait in the MCS lock (mcs.pml)
 *
 * Shown: no reader is in while the writer is (R1); nothing that the one does moves into the other's time; nobody waits
 * for ever. */
#define CORES 3
#define TURN       0
#define LINE(core) (1 + (core)) /* since */
#define DATA       3
#define MORE_DATA  4
#define WORDS      5
#include "machine.pml"

#define TIMES 2
byte reading;
bool writing;

inline read_lock()
{
    turn = SEES(me, TURN); /* a guess */
    EITHER(exchange_of_line, (LOCKED(me, memory[LINE(me)] = turn + 1)), (STORE(me, LINE(me), turn + 1)));
    seen = SEES(me, TURN);
    if
    :: NEEDED_IF(writer_goes_first, seen % 2 == 0)
    :: seen % 2 == 1 ->
       if
       :: seen != turn -> NEEDED(line_lets_it_go, STORE(me, LINE(me), seen + 1))
       :: else
       fi;
       SEES(me, TURN) != seen
    fi
}

proctype reader(byte me)
{
    byte turn, seen, left = TIMES;
    do
    :: left > 0 ->
       left--;
       read_lock();
       atomic { reading++; assert(!writing) };
       seen = SEES(me, DATA);
       assert(SEES(me, MORE_DATA) == seen);
       reading--;
       STORE(me, LINE(me), 0);
       d_step { seen = 0; turn = 0 }
    :: left == 0 -> break
    od
}

inline reader_wait(core)
{
    NEEDED(reader_awaited,
        SEES(me, LINE(core)) == 0 || EITHER(earlier_ones_only, (SEES(me, LINE(core)) > turn), (false)))
}

proctype writer()
{
    byte me = 2, turn, left = TIMES;
    do
    :: left > 0 ->
       left--;
       turn = SEES(me, TURN) + 1;
       EITHER(exchange_of_turn, (LOCKED(me, memory[TURN] = turn)), (STORE(me, TURN, turn)));
       reader_wait(0);
       reader_wait(1);
       atomic { writing = true; assert(reading == 0) };
       STORE(me, DATA, left + 1);
       STORE(me, MORE_DATA, left + 1);
       writing = false;
       STORE(me, TURN, turn + 1);
       turn = 0
    :: left == 0 -> break
    od
}

init { atomic { run reader(0); run reader(1); run writer() } }
