/* The setting `sharing` (sharing.h). */
#include "sharing.h"

#include <stdbool.h>
#include <stddef.h>

#include "print.h"
#include "start.h"

static const char *const mode_names[] = {
    [SHARING_CHOSEN] = "chosen",
    [SHARING_EVERYTHING] = "everything",
    [SHARING_APART] = "apart",
};

#define MODES (sizeof(mode_names) / sizeof(mode_names[0]))

static bool
words_equal(const char *left, const char *right)
{
    while (*left != '\0' && *left == *right)
        left++, right++;
    return *left == *right;
}

enum sharing_mode
sharing_mode(void)
{
    static bool known;
    static enum sharing_mode mode = SHARING_CHOSEN;
    if (known)
        return mode;
    const char *word = program_setting("sharing");
    while (word != NULL && mode < MODES && !words_equal(word, mode_names[mode]))
        mode++;
    if (mode == MODES) {
        print("sharing=%s: it is chosen, everything or apart\n", word);
        program_exit(1);
    }
    known = true;
    return mode;
}
