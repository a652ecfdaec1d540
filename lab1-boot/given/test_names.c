/* Which tests are meant, and which may have been. */
#include "test_names.h"

#include "string.h"
#include "test.h"

#define NAME_MAX 80 /* characters of a name that are compared */

bool
names_choose(const char *names, const char *name)
{
    for (;;) {
        size_t length = 0;
        while (names[length] != '\0' && names[length] != ',')
            length++;
        bool any = length > 0 && names[length - 1] == '*';
        if (strncmp(names, name, length - any) == 0 && (any || name[length] == '\0'))
            return true;
        if (names[length] == '\0')
            return false;
        names += length + 1;
    }
}

/* Characters of the first name, NAME_MAX at most. */
static size_t
first_length(const char *names)
{
    size_t length = 0;
    while (length < NAME_MAX && names[length] != '\0' && names[length] != ',')
        length++;
    return length;
}

/* How many characters must be put in, taken out or replaced to make one name of the other (V. Levenshtein, 1966). */
static unsigned
distance(const char *typed, size_t length, const char *name)
{
    uint8_t row[NAME_MAX + 1]; /* of the first characters of `name`: to each beginning of `typed` */
    for (size_t i = 0; i <= length; i++)
        row[i] = (uint8_t)i;
    for (size_t j = 1; name[j - 1] != '\0' && j <= NAME_MAX; j++) {
        unsigned corner = row[0];
        row[0] = (uint8_t)j;
        for (size_t i = 1; i <= length; i++) {
            unsigned replaced = corner + (typed[i - 1] != name[j - 1]);
            corner = row[i];
            row[i] = (uint8_t)minimum(replaced, minimum(row[i], row[i - 1]) + 1u);
        }
    }
    return row[length];
}

const char *
names_nearest(const char *names)
{
    const char *nearest = NULL;
    size_t length = first_length(names);
    unsigned least = (unsigned)length / 2 + 1; /* of which more than half is another is not like it */
    TABLE_EACH (test, const struct test, entry) {
        unsigned far = distance(names, length, (*entry)->name);
        if (far < least) {
            least = far;
            nearest = (*entry)->name;
        }
    }
    return nearest;
}

bool
names_are_races(const char *names)
{
    static const char ending[] = "_race";
    size_t length = first_length(names), own = sizeof ending - 1;
    return length > own && strncmp(names + length - own, ending, own) == 0;
}
