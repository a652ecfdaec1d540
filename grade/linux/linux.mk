# The experiments built for Linux: the same sources as on Corey, with another platform.
#
#   make -f grade/linux/linux.mk [variables]     or included by the top Makefile, for the target linux-programs
LINUX_ROOT      := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)
LINUX_OUT       ?= $(LINUX_ROOT)/build/linux#                where the programs go
LINUX_EXERCISES ?= $(LINUX_ROOT)/solutions/lab7-libos#       whose exercise files
LINUX_CC        ?= gcc
LINUX_SANITIZE  ?=#                                          thread, or address,undefined
LINUX_STATIC    ?=#                                          1: programs that need no other file, and init: for the peer

LINUX_MAPREDUCE := wc wri test_map_reduce#                   with MapReduce
LINUX_SMALL     := memclone mempass locks calls private#     with platform.h alone
LINUX_OWN       := test_linux#                               with platform.h alone, for Linux only
LINUX_FORKS     := forks#                                    with fork.h besides
LINUX_NAMES     := $(LINUX_MAPREDUCE) $(LINUX_SMALL) $(LINUX_OWN) $(LINUX_FORKS) $(if $(LINUX_STATIC),init)

LINUX_HERE     := $(LINUX_ROOT)/grade/linux
LINUX_PLATFORM := $(addprefix $(LINUX_HERE)/,team.c barrier.c windows.c records.c)
LINUX_JOB      := $(wildcard $(LINUX_ROOT)/lab7-libos/given/mapreduce/*.c) $(LINUX_EXERCISES)/map_reduce.c
LINUX_HEADERS  := $(wildcard $(LINUX_ROOT)/lab7-libos/given/mapreduce/*.h $(LINUX_ROOT)/lab7-libos/*.h \
                             $(LINUX_ROOT)/lab7-libos/given/process/fork.h $(LINUX_ROOT)/lab5-cores/user/*.h \
                             $(LINUX_HERE)/*.h)
# Code before a hole may leave a parameter, a function or a variable unused.
EXERCISE_CFLAGS ?= -Wno-unused-parameter -Wno-unused-function -Wno-unused-variable
LINUX_FLAGS := -std=gnu17 -O2 -g -Wall -Wextra -Werror $(EXERCISE_CFLAGS) -pthread -ffile-prefix-map=$(LINUX_ROOT)/= \
               -I$(LINUX_ROOT)/lab5-cores/user -I$(LINUX_HERE) -I$(LINUX_ROOT)/lab7-libos \
               -I$(LINUX_ROOT)/lab7-libos/given/mapreduce -iquote $(LINUX_ROOT)/lab7-libos/given/process \
               $(if $(LINUX_STATIC),-static) \
               $(if $(LINUX_SANITIZE),-fsanitize=$(LINUX_SANITIZE) -fno-sanitize-recover=all)
LINUX_BUILD = $(if $(V),,@)mkdir -p $(LINUX_OUT) && $(LINUX_CC) $(LINUX_FLAGS) $(filter %.c,$^) -o $@
programs = $(addprefix $(LINUX_OUT)/,$1)

.PHONY: linux-programs linux-names
linux-programs: $(call programs,$(LINUX_NAMES))

# For scripts: what there is.
linux-names:
	@echo $(LINUX_NAMES)

$(call programs,$(LINUX_NAMES)): $(LINUX_HEADERS) $(LINUX_HERE)/linux.mk

$(call programs,$(LINUX_MAPREDUCE)): $(LINUX_OUT)/%: $(LINUX_ROOT)/lab7-libos/programs/%.c $(LINUX_JOB) $(LINUX_PLATFORM)
	$(LINUX_BUILD)

$(call programs,$(LINUX_SMALL)): $(LINUX_OUT)/%: $(LINUX_ROOT)/lab5-cores/user/%.c $(LINUX_PLATFORM)
	$(LINUX_BUILD)

$(call programs,$(LINUX_OWN)): $(LINUX_OUT)/%: $(LINUX_HERE)/%.c $(LINUX_PLATFORM)
	$(LINUX_BUILD)

$(call programs,$(LINUX_FORKS)): $(LINUX_OUT)/%: $(LINUX_ROOT)/lab7-libos/experiments/%.c $(LINUX_HERE)/fork.c \
                                 $(LINUX_PLATFORM)
	$(LINUX_BUILD)

$(call programs,init): $(LINUX_HERE)/init.c
	$(LINUX_BUILD)
