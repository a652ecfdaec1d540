/* cat [FILE...]: writes files to the console, one after the other; without a name, what is typed, until Ctrl-D. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Copies the open file to its end and closes it; null: it could not be opened. Returns main's status. */
static int
file_copy(const char *name, FILE *file)
{
    int c = EOF;
    while (file && (c = getc(file)) != EOF && putc(c, stdout) != EOF)
        ;
    if (file && !ferror(file) && !ferror(stdout) && fclose(file) == 0)
        return 0;
    fprintf(stderr, "cat: %s: %s\n", name, strerror(errno));
    return 1;
}

int
main(int argc, char **argv)
{
    if (argc == 1)
        return file_copy("console", stdin);
    int status = 0;
    for (int i = 1; i < argc; i++)
        status |= file_copy(argv[i], fopen(argv[i], "r"));
    return status;
}
