/* hello: says where it is. */
#include "print.h"
#include "start.h"

int
main(int argc, char **argv)
{
    print("hello from ring 3, boot page at %p, %lu modules\n", (const void *)boot_page, boot_page->modules);
    for (int i = 1; i < argc; i++)
        print("argument %d: %s\n", i, argv[i]);
    return 0;
}
