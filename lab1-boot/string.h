/* The C string functions that the kernel uses; the compiler may call the first four by itself. */
#ifndef COREY_STRING_H
#define COREY_STRING_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int byte, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t most);

/* Copies at most size - 1 characters and always ends `to` with a NUL; size must not be 0. */
void string_copy(char *to, const char *from, size_t size);

#endif
