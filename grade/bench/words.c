/* words BYTES: prints that many bytes of the text that the paper's word reverse index was measured on: words
 * of three capital letters and a space. Each takes four draws from a linear congruential generator of 31
 * bits, seed 0; the fourth is thrown away. A letter is taken from the draw's upper bits: the lowest ones have
 * short periods. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static char
letter_draw(uint32_t *state)
{
    *state = (*state * 1103515245u + 12345u) & 0x7fffffff;
    return (char)('A' + (*state >> 16) % 26);
}

int
main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: words BYTES\n");
        return 2;
    }
    uint32_t state = 0;
    size_t left = strtoul(argv[1], NULL, 10);
    while (left > 0) {
        char word[4];
        for (int i = 0; i < 4; i++)
            word[i] = letter_draw(&state);
        word[3] = ' ';
        size_t length = left < sizeof(word) ? left : sizeof(word);
        if (fwrite(word, 1, length, stdout) != length)
            return 1;
        left -= length;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
