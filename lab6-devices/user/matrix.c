/* matrix [ROW [ROW]]: every pair of system calls, made by two cores that have nothing to do with each other. Five
 * cores.
 *
 * Each pair is a region (marker.h): one core makes the one call a few times, the other the other, side by side; what
 * the calls need is made before the region, and undone behind it. Within it nobody waits for anybody but by the
 * clock. grade/manycore/matrix.py runs this where each line is watched that one core writes and another touches:
 * where the calls concern different shares, trees, segments and accounts, there must be none.
 *
 * Faults and traps are rows beside the calls. Each row checks that its calls have done their work. Records name the
 * rows and, in the order of the regions, the pairs. With arguments: rows with these names alone. The setting
 * `timed=no` leaves out the waits, on which a machine with a time of its own cannot rely. */
#include "matrix_objects.h"
#include "matrix_trees.h"
#include "matrix_cores.h"
#include "matrix_team.h"

#define LEAD 6000 /* ticks between two steps that the cores take by their clocks */

/* What the two do have in common: a check that does not find this finds nothing. */
static void
common_count(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        __atomic_add_fetch(&board->common, 1, __ATOMIC_RELAXED);
}
SCENE(common_word) = {nothing, common_count, nothing, NULL};

struct row {
    const char *name;
    const struct scene *scene;
};

/* A call without a scene does not compile. */
static const struct row rows[] = {
#define CALL(number, name, parameters, names, kinds, rights, errors) {#name, &scene_##name},
#include "calls3.def"
#include "calls4.def"
#include "calls5.def"
#include "calls6.def"
#undef CALL
    {"share_alloc with an account", &scene_account_alloc},
    {"share_addobj and share_delobj", &scene_share_reuse},
    {"share_delobj of the last name", &scene_segment_free},
    {"segment_set_nbytes cutting", &scene_segment_shrink},
    {"segment_set_nbytes of 300 pages", &scene_segment_empty},
    {"debug_write of a record", &scene_record_write},
    {"core_halt of a share", &scene_share_halt},
    {"page fault in the own root", &scene_fault_in_root},
    {"page fault in an own inner tree", &scene_fault_in_inner},
    {"page fault of a copy", &scene_fault_of_copy},
    {"trap", &scene_trap},
    {"common word", &scene_common_word},
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))
_Static_assert(ROWS <= ROWS_MOST, "a seat has room for the times of ROWS_MOST rows");

static const char *chosen[2]; /* names of rows; null: all */

static bool
is_chosen(unsigned row, const char *name)
{
    return rows[row].scene->left_out == NULL && (name == NULL || name_equal(name, rows[row].name));
}

/* By itself, twice: so that what only a first time needs is there. */
static void
row_try(unsigned row)
{
    const struct scene *scene = rows[row].scene;
    for (unsigned i = 0; i < 2; i++) {
        scene->prepare();
        limbo_wait();
        uint64_t begin = ticks_now();
        scene->perform();
        board->seat[number].ticks[row] = ticks_now() - begin;
        scene->undo();
        limbo_wait();
    }
}

static void
step_wait(uint64_t until)
{
    if (timed)
        time_wait(until);
}

static void
pair_run(unsigned first, unsigned second)
{
    const struct scene *scene = rows[number == 0 ? first : second].scene;
    uint64_t ticks = LEAD + 2 * (board->seat[0].ticks[first] + board->seat[1].ticks[second]);
    scene->prepare();
    limbo_wait();
    meet();
    if (number == 0)
        board->start = ticks_now() + LEAD;
    meet();
    uint64_t begin = board->start, work = begin + LEAD, end = work + ticks;
    step_wait(begin);
    if (number == 0)
        marker(MARKER_REGION_BEGIN);
    step_wait(work);
    scene->perform();
    check(!timed || ticks_now() < end);
    step_wait(end + LEAD * (1 + number));
    if (number == 0) {
        marker(MARKER_REGION_END);
        record("pair {\"first\":%u,\"second\":%u}", first, second);
    }
    scene->undo();
    meet();
}

static void
all_run(void)
{
    for (unsigned turn = 0; turn < 2; turn++) {
        for (unsigned row = 0; turn == number && row < ROWS; row++)
            if (rows[row].scene->left_out == NULL)
                row_try(row);
        meet();
    }
    for (unsigned first = 0; first < ROWS; first++)
        for (unsigned second = 0; second < ROWS; second++)
            if (is_chosen(first, chosen[0]) && is_chosen(second, chosen[1]))
                pair_run(first, second);
}

int
main(int argc, char **argv)
{
    const char *setting = program_setting("timed");
    timed = setting == NULL || !name_equal(setting, "no");
    for (int i = 1; i < argc && i <= 2; i++)
        chosen[i - 1] = argv[i];
    for (unsigned row = 0; row < ROWS; row++) {
        if (rows[row].scene->left_out != NULL)
            record("left {\"name\":\"%s\",\"why\":\"%s\"}", rows[row].name, rows[row].scene->left_out);
        else
            record("row {\"number\":%u,\"name\":\"%s\"}", row, rows[row].name);
    }
    return team_run(all_run);
}
