/* cat FILE...: writes files to the console, one after the other. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* False: it cannot be opened or read to its end; errno says why. */
static int
file_copy(const char *name)
{
    static char part[4096];
    FILE *file = fopen(name, "r");
    if (!file)
        return 0;
    for (size_t bytes; (bytes = fread(part, 1, sizeof(part), file)) > 0;)
        fwrite(part, 1, bytes, stdout);
    int good = !ferror(file) && fflush(stdout) == 0;
    fclose(file);
    return good;
}

int
main(int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc; i++)
        if (!file_copy(argv[i])) {
            fprintf(stderr, "cat: %s: %s\n", argv[i], strerror(errno));
            status = 1;
        }
    return status;
}
