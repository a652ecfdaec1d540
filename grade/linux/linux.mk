# The experiments built for Linux: the same sources as on Corey, with another platform.
#
#   make -f grade/linux/linux.mk [variables]     or included by the top Makefile, for the target linux-programs
LINUX_ROOT      := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)
LINUX_OUT       ?= $(LINUX_ROOT)/build/linux#                where the programs go
LINUX_EXERCISES ?= $(LINUX_ROOT)/solutions/lab7-libos#       whose exercise files
LINUX_CC        ?= gcc
LINUX_SANITIZE  ?=#                                          thread, or address,undefined
LINUX_PROGRAMS  := $(addprefix $(LINUX_OUT)/,wc wri test_map_reduce)#                                with MapReduce
LINUX_SMALL     := $(addprefix $(LINUX_OUT)/,memclone mempass locks calls private)#                  with platform.h alone
LINUX_FORKS     := $(LINUX_OUT)/forks#                                                               with fork.h besides

LINUX_SOURCES := $(wildcard $(LINUX_ROOT)/lab7-libos/given/mapreduce/*.c) $(LINUX_ROOT)/grade/linux/platform.c
LINUX_HEADERS := $(wildcard $(LINUX_ROOT)/lab7-libos/given/mapreduce/*.h $(LINUX_ROOT)/lab7-libos/*.h \
                            $(LINUX_ROOT)/lab5-cores/user/*.h)
# Code before a hole may leave a parameter, a function or a variable unused.
EXERCISE_CFLAGS ?= -Wno-unused-parameter -Wno-unused-function -Wno-unused-variable
LINUX_FLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Werror $(EXERCISE_CFLAGS) -pthread -I$(LINUX_ROOT)/lab5-cores/user \
               -I$(LINUX_ROOT)/lab7-libos -I$(LINUX_ROOT)/lab7-libos/given/mapreduce -iquote $(LINUX_ROOT)/lab7-libos/given/process \
               $(if $(LINUX_SANITIZE),-fsanitize=$(LINUX_SANITIZE) -fno-sanitize-recover=all)

.PHONY: linux-programs
linux-programs: $(LINUX_PROGRAMS) $(LINUX_SMALL) $(LINUX_FORKS)

$(LINUX_PROGRAMS): $(LINUX_OUT)/%: $(LINUX_ROOT)/lab7-libos/programs/%.c $(LINUX_EXERCISES)/map_reduce.c \
                                   $(LINUX_SOURCES) $(LINUX_HEADERS) $(LINUX_ROOT)/grade/linux/linux.mk
	$(if $(V),,@)mkdir -p $(LINUX_OUT) && $(LINUX_CC) $(LINUX_FLAGS) $(filter %.c,$^) -o $@

$(LINUX_SMALL): $(LINUX_OUT)/%: $(LINUX_ROOT)/lab5-cores/user/%.c $(LINUX_ROOT)/grade/linux/platform.c $(LINUX_HEADERS) \
                                $(LINUX_ROOT)/grade/linux/linux.mk
	$(if $(V),,@)mkdir -p $(LINUX_OUT) && $(LINUX_CC) $(LINUX_FLAGS) $(filter %.c,$^) -o $@

$(LINUX_FORKS): $(LINUX_ROOT)/lab7-libos/experiments/forks.c $(LINUX_ROOT)/grade/linux/fork.c $(LINUX_ROOT)/grade/linux/platform.c \
                $(LINUX_HEADERS) $(LINUX_ROOT)/lab7-libos/given/process/fork.h $(LINUX_ROOT)/grade/linux/linux.mk
	$(if $(V),,@)mkdir -p $(LINUX_OUT) && $(LINUX_CC) $(LINUX_FLAGS) $(filter %.c,$^) -o $@
