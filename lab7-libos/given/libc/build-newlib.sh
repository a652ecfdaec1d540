#!/bin/sh
# build-newlib.sh DIRECTORY: builds newlib, the C library of ring 3, from the distribution's package newlib-source
# into DIRECTORY/include and DIRECTORY/lib. That takes half a minute, so it is done once: again only when this file
# changes. DIRECTORY/done is a copy of the file that built it.
#
# The library asks for its system calls by their plain names (write, sbrk, _exit, ...): given/libc/, given/files/ and
# given/memory/ define them over Corey's.
set -eu

# What the caller's make was told (its CC, its jobs) is not meant for this one.
unset MAKEFLAGS MFLAGS MAKEOVERRIDES MAKELEVEL CONFIG_SITE

source=$(ls /usr/src/newlib/newlib-*.tar.xz) # one: a release of the distribution has one version
target=$(mkdir -p "$1" && cd "$1" && pwd)

# Two builds at once take turns, and the second finds it done.
exec 9>"$target/lock"
flock 9
if cmp -s "$0" "$target/done"; then
    touch "$target/done"
    exit 0
fi
rm -rf "$target/done" "$target/work" "$target/include" "$target/lib"
mkdir "$target/work"
xz -dc "$source" | tar -x -C "$target/work" --strip-components=1
mkdir "$target/work/build"
cd "$target/work/build"

# A gcc that makes code for the processor is enough, the host's where it does; it must only not see the host's headers.
# CROSS is the Makefile's: prefix of the compiler and of binutils, empty for the host's own.
cross=${CROSS-}
compiler_headers=$("${cross}gcc" -print-file-name=include)
{
    CC=${cross}gcc AR=${cross}ar AS=${cross}as NM=${cross}nm RANLIB=${cross}ranlib \
    CFLAGS="-O2 -w -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables -Wa,--noexecstack \
        -nostdinc -isystem $compiler_headers" \
    ../newlib/configure --host=x86_64-elf --prefix="$target/work/installed" --disable-multilib --disable-shared \
        --disable-newlib-supplied-syscalls --disable-newlib-wide-orient \
        --enable-newlib-io-c99-formats --enable-newlib-io-long-long

    # Every header of newlib reads newlib.h first. What the host's gcc believes about its target is put right here,
    # for the library and for all programs; a thread finds errno, streams and the like by __getreent(), not in a
    # global word; and read() and write() may move more than an int counts.
    cat >> newlib.h <<'END'
#undef __linux__
#undef __DYNAMIC_REENT__
#define __DYNAMIC_REENT__ 1
#undef _READ_WRITE_RETURN_TYPE
#define _READ_WRITE_RETURN_TYPE _ssize_t
END
    make -j2 MAKEINFO=true all
    make MAKEINFO=true install
} > "$target/log" 2>&1 || {
    tail -n 20 "$target/log"
    echo "newlib could not be built; all that was said: $target/log"
    exit 1
}

mv "$target/work/installed/x86_64-elf/include" "$target/work/installed/x86_64-elf/lib" "$target"
rm -rf "$target/work"
cd "$OLDPWD"
cp "$0" "$target/done"
