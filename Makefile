# Corey Labs: every command that a person types.  `make` lists them.
#
# A lab's folder holds what that lab adds. The kernel of lab N is the union of the folders 1 to N: given code, tests, and
# the exercise files, which come from solutions/ (the reference) or from the lab's folder (the student's). An object's
# place in build/ says its mode, compiler, base and lab, so no two of them ever mix, and another kernel is only another link.

# --- what a person may set ------------------------------------------------------------------------------------------

# LAB      which kernel, 1 to 7; a lab's folder sets its own
# BASE     whose exercise files: reference; own (lab LAB's from its folder, the labs before it from solutions/);
#          all (every lab's from its folder). At the top: reference, where solutions/ has it all. In a lab's folder: own
# OWN=1    in a lab's folder: BASE=all
# TREE     take the lab folders of this tree instead of ours (a submission, a mutant)
# EX       with BASE=own: only the file of this exercise from the lab's folder, all others from solutions/; an exercise N.0
#          has no file: it is about the labs before N, whose files then are the folders', and lab N's are solutions/'s.
#          For `grade`: its tests only; for `hint`: its next hint
# MODE     debug (pages are poisoned when freed); release, which `sim` takes; or ubsan: debug, and what C leaves undefined
#          is an undefined instruction, so a panic that names the line
# CC       gcc or clang
# CROSS    prefix of the compiler and binutils that make x86-64 ELF; found where the host's own do not
# RUN      program to start, with its arguments, or several with ; between;  TEST  test to boot, or for `grade` a pattern
# WORDS    more words of the kernel's command line: console=com2
# MEM      megabytes of the machine: 256, with books 1024;  ACCEL  tcg or kvm
# CPUS     its cores: a number, perhaps with how they hang together in QEMU's words (6,sockets=2,cores=3); for `bench` a
#          number or a list
# BOOT     how `qemu` and `gdb` boot: disk (our loader, on a BIOS), iso (GRUB, on a BIOS) or uefi (GRUB, on UEFI)
# BACK=1   `gdb` records the run first and stands at its end, from where it goes back in time
# MODULES  more boot modules, each name=path
# MACHINE  the simulated one, of grade/manycore/machines or a path;  MODEL  of its cores, blocking or generous
# FULL=1   `bench` with 1 to 64 cores, the whole sizes, and both models
# SEED     of tests that draw numbers, the first of `fuzz`, and of turns in `sim`;  CALLS  of the test `fuzz`;  JSON, JUNIT  where `grade` leaves its results;  EXPERIMENTS  which of `bench`
# OUT      the students' tree that `release` makes or brings up to date
# V=1      show each command
# What an instructor sets stands in grade/course.mk.
VARIABLES := LAB BASE OWN TREE EX MODE CC CROSS RUN TEST WORDS MEM CPUS ACCEL BOOT BACK MODULES SEED CALLS JSON JUNIT EXPERIMENTS MACHINE MODEL FULL OUT V

# Evaluated when this file is read, in the lab's folder or at the top.
ROOT := $(patsubst %/,%,$(dir $(abspath $(lastword $(MAKEFILE_LIST)))))
IN_LAB := $(if $(filter $(ROOT),$(CURDIR)),,1)
BUILD := $(ROOT)/build

include $(ROOT)/grade/course.mk

LABS := 1-boot 2-segments 3-shares 4-addrtree 5-cores 6-devices 7-libos
lab = lab$(filter $1-%,$(LABS))
# A student's tree has the labs that were released, and solutions/ of those before the last at most.
PRESENT := $(foreach n,1 2 3 4 5 6 7,$(if $(wildcard $(ROOT)/$(call lab,$n)),$n))
SOLVED := $(foreach n,$(PRESENT),$(if $(wildcard $(ROOT)/solutions/$(call lab,$n)/*),$n))
LAB ?= $(lastword $(PRESENT))
ifeq ($(filter $(LAB),$(PRESENT)),)
$(error LAB is one of $(PRESENT), not '$(LAB)')
endif
labs_to = $(wordlist 1,$1,1 2 3 4 5 6 7)
KERNEL_LABS := $(call labs_to,$(LAB))
UNSOLVED := $(filter-out $(SOLVED),$(KERNEL_LABS))
# Of the lab that a student's tree was released for there is nothing in solutions/ to set an exercise among: EX then means
# all files of the lab, or of all labs where the exercise is about those before it.
EX_ASKED := $(EX)
ifneq ($(and $(EX),$(filter $(LAB),$(UNSOLVED))),)
EX_NOTE := ; this tree has no solutions of lab $(LAB) among which to set one exercise
EX_OF_ALL := $(filter $(LAB).0,$(EX))
override EX :=
endif
OWN_BASE := $(if $(OWN)$(EX_OF_ALL)$(filter own,$(EARLIER))$(filter-out $(LAB),$(UNSOLVED)),all,own)
BASE ?= $(if $(IN_LAB)$(UNSOLVED),$(OWN_BASE),reference)
ifeq ($(filter $(BASE),reference own all),)
$(error BASE is reference, own or all, not '$(BASE)')
endif
NO_SOLUTION := $(firstword $(filter $(UNSOLVED),$(if $(filter reference,$(BASE)),$(KERNEL_LABS),\
    $(if $(filter own,$(BASE)),$(filter-out $(LAB),$(KERNEL_LABS))))))
ifneq ($(NO_SOLUTION),)
$(error BASE=$(BASE) takes files from solutions/$(call lab,$(NO_SOLUTION)), which is not in this tree)
endif
MODE ?= debug
ifeq ($(filter $(MODE),debug release ubsan),)
$(error MODE is debug, release or ubsan, not '$(MODE)')
endif
ifeq ($(origin CC),default)
CC := gcc
endif
# Kernel and programs are x86-64 ELF, of whatever host: without such a gcc of its own it needs one of these, if none is
# there the last. What runs on the host is CC's. Our programs of Python get CROSS from the environment.
ifeq ($(origin CROSS),undefined)
CROSS := $(shell case "$$(gcc -dumpmachine 2>/dev/null || uname -sm)" in (x86_64-*linux*|'Linux x86_64') exit;; esac; \
    for p in x86_64-elf- x86_64-linux-gnu-; do if command -v $${p}gcc >/dev/null; then break; fi; done; echo $$p)
endif
export CROSS
TARGET_CC := $(if $(findstring clang,$(CC)),$(CC)$(if $(CROSS), --target=x86_64-elf),$(CROSS)$(CC:$(CROSS)%=%))
MEM ?= $(if $(RUN_BOOKS),1024,256)
ACCEL ?= tcg
BOOT ?= disk
ifeq ($(filter $(BOOT),disk iso uefi),)
$(error BOOT is disk, iso or uefi, not '$(BOOT)')
endif
# Where somebody typed make with -C, which make tells by a w among its flags, before those that are words.
TYPED_IN := $(if $(filter 0,$(MAKELEVEL)),$(if $(findstring w,$(filter-out -%,$(firstword $(MAKEFLAGS)))),$(PWD)))

ifndef V
Q := @
MAKEFLAGS += --no-print-directory
endif

# A variable that no target knows is a slip of the keyboard: name the nearest.
UNKNOWN := $(filter-out $(VARIABLES),$(foreach v,$(.VARIABLES),$(if $(filter command line,$(origin $(v))),$(v))))
UNKNOWN := $(firstword $(filter-out MAKEFLAGS MAKEOVERRIDES -% GNUMAKEFLAGS,$(UNKNOWN)))
ifneq ($(UNKNOWN),)
NEAREST := $(shell printf '%s\n' $(VARIABLES) | awk -v w='$(UNKNOWN)' ' \
    function least(a, b) { return a < b ? a : b } \
    { n = length(w); m = length($$0); for (j = 0; j <= m; j++) d[0, j] = j; \
      for (i = 1; i <= n; i++) { d[i, 0] = i; for (j = 1; j <= m; j++) { \
        d[i, j] = least(least(d[i-1, j], d[i, j-1]) + 1, \
                        d[i-1, j-1] + (toupper(substr(w, i, 1)) != substr($$0, j, 1))); \
        if (i > 1 && j > 1 && toupper(substr(w, i-1, 2)) == substr($$0, j, 1) substr($$0, j-1, 1)) \
          d[i, j] = least(d[i, j], d[i-2, j-2] + 1) } } \
      if (NR == 1 || d[n, m] < best) { best = d[n, m]; name = $$0 } } END { print name }')
$(error no target knows a variable '$(UNKNOWN)'; did you mean $(NEAREST)?)
endif

# A kernel would run them one after another, each in what the one before it has left.
ifneq ($(and $(findstring *,$(TEST)),$(filter qemu gdb bochs image,$(MAKECMDGOALS))),)
$(error TEST is the name of one test here; several by a pattern: make grade TEST='$(TEST)')
endif

# --- which files ----------------------------------------------------------------------------------------------------

PROGRAM_LABS := $(filter 4 5 6,$(KERNEL_LABS))

RELEASE := $(if $(filter command line,$(origin OUT)),$(abspath $(OUT)))
override OUT := $(BUILD)/$(MODE)/$(notdir $(firstword $(TARGET_CC)))
TREE_PATH := $(abspath $(or $(TREE),$(ROOT)))
TREE_NAME := $(if $(TREE),tree-$(firstword $(shell echo '$(TREE_PATH)' | cksum)),own)

# The exercise files of a lab are those that its solution has; without one, those that grade/labN.py names.
named_files = $(shell grep -ohE '"\w+\.(c|asm)"' $(ROOT)/grade/lab$1.py | tr -d '"')
$(foreach n,$(PRESENT),$(eval EXERCISES_$n := $(sort $(if $(filter $n,$(SOLVED)),$(notdir $(wildcard \
    $(ROOT)/solutions/$(call lab,$n)/*.c $(ROOT)/solutions/$(call lab,$n)/*.asm)),$(call named_files,$n)))))
exercises = $(EXERCISES_$1)
# Those of them that hold exercise EX.
exercises_of = $(notdir $(shell grep -lsE '(/\*|;) BEGIN $(subst .,\.,$2)( |$$)' $(ROOT)/solutions/$(call lab,$1)/*))
EX_EARLIER := $(and $(filter own,$(BASE)),$(filter $(LAB).0,$(EX)))
# own or reference, for file $2 of lab $1
origin_of = $(if $(filter all,$(BASE))$(and $(EX_EARLIER),$(filter-out $(LAB),$1))$(and $(filter own,$(BASE)),$(filter $1,$(LAB)),$(if $(EX),$(filter $2,$(call exercises_of,$1,$(EX))),1)),$(TREE_NAME),reference)

given_sources = $(patsubst $(ROOT)/%,%,$(wildcard $(ROOT)/$(call lab,$1)/given/*.c $(ROOT)/$(call lab,$1)/given/*.asm $(ROOT)/$(call lab,$1)/test/*.c)) \
    $(if $(filter 1,$1),$(addprefix lab1-boot/given/boot/,entry.asm first_core.asm multiboot.c))
object = $(addsuffix .o,$(basename $1))
given_objects = $(addprefix $(OUT)/given/,$(call object,$(call given_sources,$1)))
exercise_objects = $(foreach f,$(call exercises,$1),$(OUT)/$(call origin_of,$1,$(f))/$(call lab,$1)/$(call object,$(f)))
# Lab 7 is ring 3: nothing of it but its tests' registration is in the kernel.
KERNEL_OBJECTS = $(foreach n,$(KERNEL_LABS),$(call given_objects,$(n)) $(if $(filter 7,$n),,$(call exercise_objects,$(n))))

# A program that asks for a book finds it among the boot modules.
BOOKS := kjv.txt words.txt
RUN_BOOKS := $(strip $(foreach b,$(BOOKS),$(if $(findstring /books/$b,$(RUN)),/books/$b=$(BUILD)/bench/$b)))
override MODULES := $(strip $(MODULES) $(RUN_BOOKS))

# A kernel's place names all that it depends on.
KERNEL := $(OUT)/kernels/lab$(LAB)-$(BASE)$(if $(EX),-$(EX))$(if $(TREE),-$(TREE_NAME))
IMAGE := $(KERNEL)/disk$(if $(MODULES),-$(firstword $(shell echo '$(MODULES)' | cksum))).img
ISO := $(IMAGE:.img=.iso)

# --- how they are compiled --------------------------------------------------------------------------------------------

WARNINGS := -Wall -Wextra -Werror
MODE_FLAGS := $(if $(filter-out release,$(MODE)),-DDEBUG) \
    $(if $(filter ubsan,$(MODE)),-DUBSAN -fsanitize=undefined -fsanitize-undefined-trap-on-error)
PATHS := -fdebug-prefix-map=$(ROOT)/= -fmacro-prefix-map=$(ROOT)/=
KERNEL_CFLAGS := -std=gnu17 -O2 -g -ffreestanding -fno-pie -mcmodel=kernel -mno-red-zone -mgeneral-regs-only \
    -fno-omit-frame-pointer -fno-optimize-sibling-calls -fno-stack-protector -fno-asynchronous-unwind-tables \
    -ffunction-sections $(WARNINGS) $(MODE_FLAGS) $(PATHS)
LOADER_CFLAGS := -std=gnu17 -m32 -Os -g -ffreestanding -fno-pie -mgeneral-regs-only -fno-stack-protector \
    -fno-asynchronous-unwind-tables $(WARNINGS) $(PATHS)
USER_CFLAGS := -std=gnu17 -O2 -g -fno-pie -msse2 -fno-stack-protector -fno-asynchronous-unwind-tables $(WARNINGS) $(PATHS)
# Code before a hole may leave a parameter, a function or a variable unused.
# An assertion names an exercise file alike, wherever it lies.
EXERCISE_CFLAGS := -Wno-unused-parameter -Wno-unused-function -Wno-unused-variable -fmacro-prefix-map=$(ROOT)/solutions/=
NASMFLAGS := -Werror -f elf64 -g -F dwarf $(if $(filter-out release,$(MODE)),-DDEBUG)

# A file of lab K sees the headers of labs 1 to K and no others.
kernel_includes = $(foreach n,$(call labs_to,$1),-I$(ROOT)/$(call lab,$n) -I$(ROOT)/$(call lab,$n)/given -I$(ROOT)/$(call lab,$n)/given/abi)
user_includes = $(foreach n,$(call labs_to,$1),-I$(ROOT)/$(call lab,$n)/given/abi) \
    $(foreach n,$(filter 4 5 6,$(call labs_to,$1)),-I$(ROOT)/$(call lab,$n)/user -I$(ROOT)/$(call lab,$n)/user/runtime)
nasm_includes = $(foreach n,$(call labs_to,$1),-I$(ROOT)/$(call lab,$n)/ -I$(ROOT)/$(call lab,$n)/given/ -I$(ROOT)/$(call lab,$n)/given/boot/)

# Flags are a file whose time changes only when they do; what they touch depends on it.
define stamp
$(shell mkdir -p $(dir $1); printf '%s\n' '$(strip $2)' | cmp -s - $1 || printf '%s\n' '$(strip $2)' > $1)
endef
NEWLIB := $(BUILD)/newlib
ifeq ($(filter clean help help-staff setup format hint submit release solution-branch,$(MAKECMDGOALS))$(if $(MAKECMDGOALS),,help),)
$(call stamp,$(OUT)/kernel.flags,$(TARGET_CC) $(KERNEL_CFLAGS) $(EXERCISE_CFLAGS) $(LOADER_CFLAGS))
$(call stamp,$(OUT)/user.flags,$(TARGET_CC) $(USER_CFLAGS) $(EXERCISE_CFLAGS))
$(call stamp,$(OUT)/nasm.flags,$(NASMFLAGS))
$(call stamp,$(KERNEL)/objects,$(KERNEL_OBJECTS))
endif

# What proves and changes the course itself is not in a student's tree.
COURSE := $(wildcard $(ROOT)/grade/check.py)
STAFF_GOALS := check stress fuzz scaling calibrate holes handout release solution-branch lint format
ifneq ($(filter bench sim,$(if $(wildcard $(ROOT)/grade/bench),,$(MAKECMDGOALS))),)
$(error make $(filter bench sim,$(MAKECMDGOALS)) comes with lab 5: until then there is one core, and nothing to scale)
endif
ifeq ($(COURSE),)
INSTEAD_holes := ; an exercise file as it was handed out: git log FILE, then git checkout COMMIT FILE
INSTEAD := $(firstword $(filter $(STAFF_GOALS),$(MAKECMDGOALS)))
ifneq ($(INSTEAD),)
$(error make $(INSTEAD) is for the course's own tree, not a student's$(or $(INSTEAD_$(INSTEAD)),; what your files are worth: make grade))
endif
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:

# What assembly may include. nasm 2.16 cannot tell: -MD leaves included files out, -M refuses some sources.
INCLUDED := $(wildcard $(ROOT)/lab*/*.inc $(ROOT)/lab*/given/*.inc $(ROOT)/lab*/given/boot/*.inc)

# $1 lab, $2 where the objects go, $3 where the sources are, $4 more flags
define kernel_rules
$2/%.o: $3/%.c $(OUT)/kernel.flags
	@mkdir -p $$(@D)
	@echo "  CC    $$(patsubst $(ROOT)/%,%,$$<)"
	$(Q)$(TARGET_CC) $(KERNEL_CFLAGS) $4 $(call kernel_includes,$1) -MMD -MP -c $$< -o $$@

$2/%.o: $3/%.asm $(INCLUDED) $(OUT)/nasm.flags
	@mkdir -p $$(@D)
	@echo "  NASM  $$(patsubst $(ROOT)/%,%,$$<)"
	$(Q)nasm $(NASMFLAGS) $(call nasm_includes,$1) $$< -o $$@
endef

# $1 lab, $2 objects, $3 sources, $4 more flags
define user_rules
$2/%.o: $3/%.c $(OUT)/user.flags $(if $(filter 7,$1),$(NEWLIB)/done)
	@mkdir -p $$(@D)
	@echo "  CC    $$(patsubst $(ROOT)/%,%,$$<)"
	$(Q)$(TARGET_CC) $(USER_CFLAGS) $4 $(call user_includes,$1) $(if $(filter 7,$1),$(LIBOS_INCLUDES)) -MMD -MP -c $$< -o $$@

$2/%.o: $3/%.asm $(INCLUDED) $(OUT)/nasm.flags
	@mkdir -p $$(@D)
	@echo "  NASM  $$(patsubst $(ROOT)/%,%,$$<)"
	$(Q)nasm $(NASMFLAGS) $(call nasm_includes,$1) $$< -o $$@
endef

LIBOS_GIVEN := $(patsubst $(ROOT)/%/,%,$(sort $(dir $(wildcard $(ROOT)/lab7-libos/given/*/*.c))))
# The host's own headers must not be found where newlib lacks one.
LIBOS_INCLUDES := -nostdinc -isystem $(if $(filter 7,$(LAB)),$(shell $(TARGET_CC) -print-file-name=include)) \
    -isystem $(NEWLIB)/include -I$(ROOT)/lab7-libos $(addprefix -I$(ROOT)/,$(LIBOS_GIVEN))

$(foreach n,1 2 3 4 5 6 7,$(foreach part,given test,$(eval \
    $(call kernel_rules,$n,$(OUT)/given/$(call lab,$n)/$(part),$(ROOT)/$(call lab,$n)/$(part)))))
$(foreach n,1 2 3 4 5 6,\
    $(eval $(call kernel_rules,$n,$(OUT)/reference/$(call lab,$n),$(ROOT)/solutions/$(call lab,$n),$(EXERCISE_CFLAGS)))\
    $(eval $(call kernel_rules,$n,$(OUT)/$(TREE_NAME)/$(call lab,$n),$(TREE_PATH)/$(call lab,$n),$(EXERCISE_CFLAGS))))
$(foreach n,4 5 6,$(eval $(call user_rules,$n,$(OUT)/given/$(call lab,$n)/user,$(ROOT)/$(call lab,$n)/user,-ffreestanding)))
$(eval $(call user_rules,7,$(OUT)/reference/lab7-libos,$(ROOT)/solutions/lab7-libos,$(EXERCISE_CFLAGS)))
$(eval $(call user_rules,7,$(OUT)/$(TREE_NAME)/lab7-libos,$(TREE_PATH)/lab7-libos,$(EXERCISE_CFLAGS)))
$(eval $(call user_rules,7,$(OUT)/given/lab7-libos/user,$(ROOT)/lab7-libos))

# --- programs -----------------------------------------------------------------------------------------------------------

# Labs 4 to 6: each user/NAME.c with the small runtime.
runtime_objects = $(foreach n,$(filter 4 5 6,$(call labs_to,$1)),$(addprefix $(OUT)/given/,$(call object,$(patsubst $(ROOT)/%,%,\
    $(wildcard $(ROOT)/$(call lab,$n)/user/runtime/*.c $(ROOT)/$(call lab,$n)/user/runtime/*.asm)))))
programs_of = $(basename $(notdir $(wildcard $(ROOT)/$(call lab,$1)/user/*.c)))
SMALL_PROGRAMS := $(foreach n,$(PROGRAM_LABS),$(addprefix $(OUT)/programs/,$(call programs_of,$n)))
USER_LD := $(ROOT)/lab4-addrtree/user/runtime/user.ld

# $1 lab, $2 name
define small_program
$(OUT)/programs/$2: $(OUT)/given/$(call lab,$1)/user/$2.o $(call runtime_objects,$1) $(USER_LD)
	@mkdir -p $$(@D)
	@echo "  LD    $2"
	$(Q)$(CROSS)ld -static -nostdlib -z max-page-size=4096 -T $(USER_LD) -o $$@ $$(filter %.o,$$^)
endef
$(foreach n,4 5 6,$(foreach p,$(call programs_of,$n),$(eval $(call small_program,$n,$p))))

# Lab 7: each programs/NAME.c and experiments/NAME.c with library OS, newlib and the exercise files of this base.
LIBOS_PROGRAMS := $(if $(filter 7,$(LAB)),$(patsubst $(ROOT)/lab7-libos/%.c,%,$(wildcard $(ROOT)/lab7-libos/programs/*.c $(ROOT)/lab7-libos/experiments/*.c)))
LIBOS_OBJECTS := $(addprefix $(OUT)/given/lab7-libos/user/,$(call object,$(patsubst $(ROOT)/lab7-libos/%,%,\
    $(wildcard $(ROOT)/lab7-libos/given/*/*.c $(ROOT)/lab7-libos/given/*/*.asm)))) \
    $(filter-out %/memory.o,$(call runtime_objects,6))

define libos_program
$(KERNEL)/programs/$(notdir $1): $(OUT)/given/lab7-libos/user/$1.o $(call exercise_objects,7) $(LIBOS_OBJECTS) $(USER_LD) $(NEWLIB)/done
	@mkdir -p $$(@D)
	@echo "  LD    $(notdir $1)"
	$(Q)$(CROSS)ld -static -nostdlib -z max-page-size=4096 -T $(USER_LD) -o $$@ $$(filter %.o,$$^) \
	    --start-group $(NEWLIB)/lib/libc.a $(NEWLIB)/lib/libm.a $$$$($(if $(CROSS),$(CROSS)gcc,$(CC)) -print-libgcc-file-name) --end-group
endef
$(foreach p,$(LIBOS_PROGRAMS),$(eval $(call libos_program,$p)))

# The C library: built once for one configure line, which that script holds.
NEWLIB_SCRIPT := $(ROOT)/lab7-libos/given/libc/build-newlib.sh
$(NEWLIB)/done: $(NEWLIB_SCRIPT)
	@echo "  newlib, once (about a minute)"
	$(Q)sh $(NEWLIB_SCRIPT) $(NEWLIB)

PROGRAMS := $(SMALL_PROGRAMS) $(addprefix $(KERNEL)/programs/,$(notdir $(LIBOS_PROGRAMS)))

# --- kernel and images -------------------------------------------------------------------------------------------------

BOOT_SOURCES := $(ROOT)/lab1-boot/given/boot
LD_KERNEL := $(CROSS)ld -n -static -nostdlib -z max-page-size=4096 -z noexecstack --orphan-handling=error -T $(ROOT)/lab1-boot/given/kernel.ld
SYMBOLS := $(ROOT)/lab1-boot/given/symbols.py

# Linked twice: the table of names and lines is made from the first link and placed last by the second.
$(KERNEL)/kernel.elf: $(KERNEL_OBJECTS) $(KERNEL)/objects $(ROOT)/lab1-boot/given/kernel.ld $(SYMBOLS)
	@echo "  LD    kernel of lab $(LAB), $(BASE)$(if $(EX), $(EX))"
	$(Q)python3 $(SYMBOLS) --empty $(KERNEL)/symbols0.asm
	$(Q)nasm -f elf64 $(KERNEL)/symbols0.asm -o $(KERNEL)/symbols0.o
	$(Q)$(LD_KERNEL) -o $(KERNEL)/kernel0.elf $(KERNEL_OBJECTS) $(KERNEL)/symbols0.o
	$(Q)python3 $(SYMBOLS) $(KERNEL)/kernel0.elf $(KERNEL)/symbols.asm
	$(Q)nasm -f elf64 $(KERNEL)/symbols.asm -o $(KERNEL)/symbols.o
	$(Q)$(LD_KERNEL) -o $@ $(KERNEL_OBJECTS) $(KERNEL)/symbols.o

# Boot sector and loader, linked to where they run; the disk gets their bytes, gdb their names and lines.
BOOT_OUT := $(OUT)/boot
BOOT_ELF := $(BOOT_OUT)/boot.elf $(BOOT_OUT)/loader.elf
$(BOOT_OUT)/boot.elf: LINKED_AT := 0x7c00
$(BOOT_OUT)/loader.elf: LINKED_AT := 0x8000
$(BOOT_OUT)/loader.elf: $(BOOT_OUT)/load.o $(BOOT_OUT)/disk.o $(BOOT_OUT)/string.o
$(BOOT_OUT)/%.o: $(BOOT_SOURCES)/%.asm $(INCLUDED)
	@mkdir -p $(@D)
	@echo "  NASM  lab1-boot/given/boot/$*.asm"
	$(Q)nasm -Werror -f elf32 -g -F dwarf -I$(BOOT_SOURCES)/ -I$(ROOT)/lab1-boot/ $< -o $@

# The loader's C lies in $1.
define loader_rule
$(BOOT_OUT)/%.o: $1/%.c $(OUT)/kernel.flags
	@mkdir -p $$(@D)
	@echo "  CC    $$(patsubst $(ROOT)/%,%,$$<) (loader)"
	$(Q)$(TARGET_CC) $(LOADER_CFLAGS) $(call kernel_includes,1) -MMD -MP -c $$< -o $$@
endef
$(foreach place,$(BOOT_SOURCES) $(ROOT)/lab1-boot/given,$(eval $(call loader_rule,$(place))))

$(BOOT_ELF): $(BOOT_OUT)/%.elf: $(BOOT_OUT)/%.o
	$(Q)$(CROSS)ld -m elf_i386 --build-id=none -z noexecstack -Ttext=$(LINKED_AT) -e 0 -o $@ $^

$(BOOT_OUT)/%.bin: $(BOOT_OUT)/%.elf
	$(Q)$(CROSS)objcopy -O binary -R '.note*' --set-section-flags .bss=alloc,load,contents $< $@

$(addprefix $(BUILD)/bench/,$(BOOKS)):
	@echo "  BOOKS"
	$(Q)python3 -B $(ROOT)/grade/bench/inputs.py >/dev/null

disk_write = python3 $(BOOT_SOURCES)/mkimage.py $1 $(BOOT_OUT)/boot.bin $(BOOT_OUT)/loader.bin $(KERNEL)/kernel.elf \
    --cmdline '$2' $(ALL_MODULES)
iso_write = python3 -B $(BOOT_SOURCES)/mkiso.py $1 $(KERNEL)/kernel.elf --cmdline '$2' $(ALL_MODULES)
ALL_MODULES = $(foreach p,$(PROGRAMS),$(notdir $p)=$p) $(MODULES)
MODULE_FILES := $(foreach m,$(MODULES),$(lastword $(subst =, ,$m)))
$(IMAGE): $(BOOT_OUT)/boot.bin $(BOOT_OUT)/loader.bin $(KERNEL)/kernel.elf $(PROGRAMS) $(MODULE_FILES) $(BOOT_SOURCES)/mkimage.py
	@echo "  IMAGE $(patsubst $(ROOT)/%,%,$@)"
	$(Q)$(call disk_write,$@)

# GRUB, for machines with a BIOS or UEFI, from a CD or a stick.
$(ISO): $(KERNEL)/kernel.elf $(PROGRAMS) $(MODULE_FILES) $(BOOT_SOURCES)/mkiso.py $(BOOT_SOURCES)/mkimage.py
	@echo "  ISO   $(patsubst $(ROOT)/%,%,$@)"
	$(Q)$(call iso_write,$@)

-include $(shell test -d $(OUT) && find $(OUT) -name '*.d' 2>/dev/null)

# --- what a person types -------------------------------------------------------------------------------------------------

.PHONY: help help-staff setup qemu gdb bochs grade hint submit release solution-branch check stress fuzz holes handout bench calibrate scaling sim disk image image-path kernel-path compile_commands.json lint format clean

# In a student's tree only what its labs have brought is offered.
help:
	@echo 'Corey Labs: a kernel for many cores, in seven labs. In a lab folder$(if $(COURSE),$(comma) or here for the reference):'
	@echo '  make qemu       boot it in QEMU; TEST=name runs a test; BOOT=iso or BOOT=uefi boots it from an ISO, by GRUB'
ifneq ($(filter 4,$(PRESENT)),)
	@echo '                  RUN="wc /books/kjv.txt" starts a program, CPUS=4 gives it four cores;'
	@echo '                  RUN="memclone; locks" starts one after the other'
endif
ifneq ($(SOLVED),)
	@echo '                  EX=2.1, in a lab folder: your file of that exercise, all else from the reference'
endif
	@echo '  make gdb        the same under gdb, halted at the first instruction, or with TEST=name where that begins;'
	@echo '                  BACK=1: recorded, and halted at its end: reverse-continue goes back to what led there'
	@echo '  make bochs      the same in Bochs'
	@echo '  make image      for real machines: the raw disk image for a BIOS, and an ISO for a BIOS or UEFI; TEST, RUN, CPUS'
	@echo '                  and WORDS="console=com2" are written into them'
	@echo '  make grade      points and reasons; EX=1.2 or TEST=pattern of some tests; JSON=file JUNIT=file'
	@echo '  make hint EX=1.2       the next hint of an exercise'
	@echo '  make submit     an archive of the exercise files of this lab, for the instructor'
ifneq ($(wildcard $(ROOT)/grade/bench),)
	@echo '  make bench      the experiments: the words of a real book, counted on Corey and checked; and, simulated,'
	@echo '                  curves of Corey and Linux on 1, 4 and 16 cores, with a report'
	@echo '                  EXPERIMENTS="memclone wri" CPUS="1 4" MACHINE=cores64 MODEL=generous FULL=1'
	@echo '  make sim        a program on a simulated machine of up to 64 cores: why does it not scale?'
	@echo '                  RUN="memclone" CPUS="1 4 16" MACHINE=cores64 MODEL=generous SEED=n JSON=file'
endif
	@echo '  make setup      install what is missing'
	@echo '  make compile_commands.json   for editors (clangd): how each file is compiled'
	@echo '  make clean      remove build/'
	@echo '$(if $(COURSE),make help-staff lists the rest; )README.md says what this is.'

help-staff:
	@echo '  make check      all tests of the project itself'
	@echo '  make stress     the tests that take minutes each'
	@echo '  make fuzz       system calls at random, on 1, 2, 4 and 16 cores or CPUS of them, seeds from SEED on'
	@echo '  make scaling    what a second core is worth to wc and wri: times, instructions, who does how much'
	@echo '  make calibrate  the experiments on this host beside the same ones simulated, with a machine file made for it'
	@echo '  make holes      render the exercise files of the lab folders from solutions/'
	@echo '  make handout    record the outputs in the handouts again, LAB=n those of one'
	@echo '  make release    LAB=n OUT=dir: the tree that students get; into one that they work in it adds one commit'
	@echo '  make solution-branch   the branch `solution`: the exercise files solved in place, and nothing else'
	@echo '  make grade LAB=n TREE=dir     of a submission, or of any tree'
	@echo '  make lint       sizes beside their budget, overrides, format'
	@echo '  make format     clang-format over C'
	@echo 'Variables: $(VARIABLES)'

# UEFI for QEMU.
OVMF := /usr/share/ovmf/OVMF.fd

# Packages that each kind of work needs: tool or file, then package.
PACKAGE_OF_CROSS := $(if $(CROSS),-x86-64-linux-gnu)
NEEDS_build := nasm:nasm python3:python3 $(CROSS)ld:binutils$(PACKAGE_OF_CROSS) qemu-system-x86_64:qemu-system-x86 \
    $(notdir $(firstword $(TARGET_CC))):$(if $(findstring clang,$(CC)),clang,gcc$(PACKAGE_OF_CROSS)) \
    $(if $(CROSS),gcc:gcc) $(if $(wildcard /usr/include),/usr/include/stdio.h:libc6-dev) \
    $(if $(filter 7,$(PRESENT)),/usr/src/newlib:newlib-source xz:xz-utils)
NEEDS_iso := grub-mkrescue:grub-common /usr/lib/grub/i386-pc:grub-pc-bin /usr/lib/grub/x86_64-efi:grub-efi-amd64-bin \
    xorriso:xorriso mformat:mtools
NEEDS_uefi := $(OVMF):ovmf
NEEDS_bochs := bochs:bochs /usr/share/bochs/BIOS-bochs-latest:bochsbios /usr/share/vgabios/vgabios.bin:vgabios \
    $(firstword $(wildcard /usr/lib/*/bochs/plugins/libbx_term_gui.so) /usr/lib/bochs/plugins/libbx_term_gui.so):bochs-term
# Debian's gdb knows its host's processor alone.
GDB := $(if $(filter x86_64-linux-gnu-,$(CROSS)),gdb-multiarch,gdb)
NEEDS_gdb := $(GDB):$(GDB) qemu-img:qemu-utils
NEEDS_bench := /usr/lib/bible.data:bible-kjv-text bible:bible-kjv gnuplot:gnuplot-nox
NEEDS_format := clang-format:clang-format
NEEDS_git := git:git
NEEDS_models := spin:spin gcc:gcc
needs = $(foreach n,$1,$(NEEDS_$n))

# $1 kinds: installs what is missing, as root; else prints the one line to type, and fails.
define install
$(Q)missing=; tools=; for need in $(call needs,$1); do tool=$${need%%:*}; \
    case $$tool in /*) test -e $$tool;; *) command -v $$tool >/dev/null;; esac || { missing="$$missing $${need#*:}"; tools="$$tools $$tool"; }; done; \
if [ -n "$$missing" ]; then \
    if ! command -v apt-get >/dev/null; then \
        echo "missing:$$tools, on Debian in the packages$$missing; Homebrew's x86_64-elf-gcc is found, too"; exit 1; \
    elif [ "$$(id -u)" = 0 ]; then echo "installing:$$missing"; \
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; } \
            >$(or $(TMPDIR),/tmp)/corey-setup-$$$$.log 2>&1 || { cat $(or $(TMPDIR),/tmp)/corey-setup-$$$$.log; exit 1; }; \
        rm -f $(or $(TMPDIR),/tmp)/corey-setup-$$$$.log; \
    else echo "missing; please type:  sudo apt-get install --no-install-recommends$$missing"; exit 1; fi; fi
endef

setup:
	$(call install,build $(if $(CROSS),,iso uefi) bochs gdb $(if $(filter 7,$(PRESENT)),bench) $(if $(COURSE),format git models))
	$(if $(wildcard $(ROOT)/grade/linux/kernel.py),$(Q)python3 -B $(ROOT)/grade/linux/kernel.py)
	@echo 'all that is needed is installed'

# What a machine boots from with BOOT.
BOOTS_FROM := $(if $(filter disk,$(BOOT)),$(IMAGE),$(ISO))
make_images = $(Q)$(MAKE) $(if $(V),,-s) $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$$(nproc))

disk:
	$(call install,build $(if $(RUN_BOOKS),bench) $(if $(filter-out disk,$(BOOT)),iso) $(filter uefi,$(BOOT)))
	$(make_images) $(BOOTS_FROM)

# Images that say what the kernel is to do: what is typed goes into them.
TOLD := $(KERNEL)/told

image:
	$(call install,build iso $(if $(RUN_BOOKS),bench))
	$(make_images) $(IMAGE) $(if $(COMMAND_LINE),,$(ISO))
	$(if $(COMMAND_LINE),$(Q)$(call disk_write,$(TOLD).img,$(COMMAND_LINE)) && $(call iso_write,$(TOLD).iso,$(COMMAND_LINE)))
	@printf '%s\n' 'for the disk of a machine with a BIOS: $(if $(COMMAND_LINE),$(TOLD).img,$(IMAGE))' \
	    'for a stick or a CD, BIOS or UEFI:     $(if $(COMMAND_LINE),$(TOLD).iso,$(ISO))'

# For scripts: where disk image and kernel of these variables lie.
image-path:
	@echo $(BOOTS_FROM)

# For editors: everything of C in the kernel of LAB and its programs, exercise files both the folders' and solutions/'.
COMPILED = $(BOOT_OUT)/load.o $(BOOT_OUT)/disk.o $(filter-out $(OUT)/reference/% $(OUT)/$(TREE_NAME)/%,$(KERNEL_OBJECTS)) \
    $(foreach n,$(KERNEL_LABS),$(foreach f,$(filter %.c,$(call exercises,$n)),$(foreach origin,own $(if $(filter $n,$(SOLVED)),reference),\
    $(OUT)/$(origin)/$(call lab,$n)/$(call object,$f)))) \
    $(foreach n,$(PROGRAM_LABS),$(patsubst %,$(OUT)/given/$(call lab,$n)/user/%.o,$(call programs_of,$n)) $(call runtime_objects,$n)) \
    $(if $(LIBOS_PROGRAMS),$(LIBOS_OBJECTS) $(patsubst %,$(OUT)/given/lab7-libos/user/%.o,$(LIBOS_PROGRAMS)))

compile_commands.json:
	$(Q)python3 -B $(ROOT)/grade/compile_commands.py $(ROOT)/$@ -- $(MAKE) -nB TREE= $(COMPILED)

kernel-path:
	@echo $(KERNEL)/kernel.elf

comma := ,
SMP := $(firstword $(subst $(comma), ,$(or $(CPUS),1)))
# Other cores stay off unless the command line asks for them. More of them than the host has take turns on one thread: as
# in grade/machine.py.
COMMAND_LINE := $(strip $(if $(filter-out 1,$(SMP)),cores=$(SMP)) $(if $(SEED),seed=$(SEED)) $(if $(CALLS),calls=$(CALLS)) $(WORDS) $(if $(TEST),test=$(TEST),$(if $(RUN),run=$(RUN))))
TURNS = $(if $(filter tcg,$(ACCEL)),$(shell test $(SMP) -le $$(nproc) || echo $(comma)thread=single))
QEMU = $(if $(word 2,$(CPUS)),$(error CPUS is one number here$(comma) not '$(CPUS)'))qemu-system-x86_64 -M q35 -cpu max -accel $(ACCEL)$(TURNS) -m $(MEM)M -smp $(or $(CPUS),1) -display none -no-reboot \
    $(if $(filter uefi,$(BOOT)),-bios $(OVMF)) $(if $(BACK),,-drive file=$(BOOTS_FROM),format=raw,if=none,id=disk,snapshot=on -device ide-hd,drive=disk) \
    -device isa-debug-exit,iobase=0xf4,iosize=0x04 \
    $(if $(COMMAND_LINE),-fw_cfg name=opt/corey/cmdline$(comma)string='$(subst $(comma),$(comma)$(comma),$(COMMAND_LINE))')

base_labs = $(if $(filter 1,$(LAB)),lab 1,labs 1-$(LAB))
base_line = $(if $(filter reference,$(BASE)),$(base_labs): reference,$(if $(filter all,$(BASE)),$(base_labs): yours,$(if $(EX_EARLIER),labs before $(LAB): yours$(comma) lab $(LAB): reference,$(if $(filter 1,$(LAB)),,labs before $(LAB): reference, )lab $(LAB): yours$(if $(EX), (exercise $(EX) alone)))))$(EX_NOTE)

earlier_note = $(if $(and $(filter own,$(BASE)),$(if $(EX_EARLIER),,1)),$(Q)python3 -B $(ROOT)/grade/handed_out.py --before $(LAB))

# What a person has said of the kernel and what it is to do, for another command.
REPEATED = $(strip $(foreach v,LAB BASE OWN EX TREE MODE CC BOOT MEM WORDS RUN TEST,$(if $(filter command line,$(origin $v)),$v='$($v)')))

qemu: disk
	$(earlier_note)
	@echo "$(base_line)    (leave QEMU: Ctrl-A, then X)"
	$(Q)$(QEMU) -serial mon:stdio -d cpu_reset -D $(KERNEL)/resets.txt; status=$$?; \
	if grep -qs '^Triple fault' $(KERNEL)/resets.txt; then echo "the machine reset itself: a triple fault$(if $(filter 1,$(SMP)),; make $(strip gdb $(REPEATED) BACK=1) goes back from there)"; exit 1; fi; \
	case $$status in 33) exit 0;; 35|37|39) exit 1;; *) exit $$status;; esac

gdb: disk
	$(if $(and $(BACK),$(filter-out 1,$(SMP))),$(error BACK: only the run of one core can be played again))
	$(call install,gdb)
	$(earlier_note)
	@echo "$(base_line)    console: $(KERNEL)/console.txt"
	$(Q)cd $(ROOT) && python3 -B grade/debug.py --kernel $(KERNEL)/kernel.elf --symbols $(BOOT_ELF) \
	    --helpers $(foreach n,$(KERNEL_LABS),$(wildcard $(ROOT)/$(call lab,$n)/given/gdb/corey*.py)) \
	    --gdb $(GDB) $(if $(TEST),--stop test_$(TEST)) $(if $(BACK),--back $(BOOTS_FROM)) -- $(QEMU) -serial file:$(KERNEL)/console.txt

bochs: disk
	$(call install,bochs)
	$(earlier_note)
	@echo "$(base_line)    (leave Bochs: Ctrl-A, then X; its debugger: Ctrl-A, then D)"
	$(Q)$(call disk_write,$(TOLD).img,$(COMMAND_LINE))
	$(Q)python3 -B $(ROOT)/grade/bochs.py $(TOLD).img

# Where these are said, the line that repeats a test says them, too.
grade: SAID := $(strip $(foreach v,MODE CC CROSS,$(if $(filter command line,$(origin $v)),$v=$($v))))
grade:
	$(call install,build)
	$(earlier_note)
	$(Q)python3 -B $(ROOT)/grade/grade.py $(if $(IN_LAB),--folder $(LAB),$(if $(filter command line,$(origin LAB)),--lab $(LAB))) \
	    $(if $(TYPED_IN),--typed-in '$(TYPED_IN)') $(if $(SAID),--said '$(SAID)') \
	    $(if $(OWN),--own) $(if $(EX_ASKED),--exercise '$(EX_ASKED)') $(if $(TEST),--test '$(TEST)') $(if $(TREE),--tree '$(TREE)') $(if $(JSON),--json '$(abspath $(JSON))') $(if $(JUNIT),--junit '$(abspath $(JUNIT))')

hint:
	$(Q)python3 -B $(ROOT)/grade/hint.py $(if $(EX_ASKED),--exercise '$(EX_ASKED)',$(if $(IN_LAB)$(filter command line,$(origin LAB)),--lab $(LAB)))

submit:
	$(Q)python3 -B $(ROOT)/grade/submit.py --lab $(LAB) $(if $(TYPED_IN),--typed-in '$(TYPED_IN)')

release:
	$(if $(and $(RELEASE),$(filter command line,$(origin LAB))),,$(error release: up to which lab, and where to? LAB=1 OUT=../students))
	$(call install,git)
	$(Q)python3 -B $(ROOT)/grade/release.py --lab $(LAB) --out '$(RELEASE)'

solution-branch:
	$(call install,build git)
	$(Q)python3 -B $(ROOT)/grade/solution_branch.py

check:
	$(call install,build iso uefi gdb bench format git models)
	$(call install,bochs) || true
	$(Q)python3 -B $(ROOT)/grade/check.py $(if $(filter command line,$(origin LAB)),--lab $(LAB))

stress:
	$(call install,build)
	$(Q)python3 -B $(ROOT)/grade/check.py $(if $(filter command line,$(origin LAB)),--lab $(LAB)) stress stress-schedules

fuzz:
	$(call install,build)
	$(Q)python3 -B $(ROOT)/grade/check.py $(if $(SEED),--seed $(SEED)) $(if $(CPUS),--cores $(CPUS)) fuzz-whole

holes:
	$(Q)python3 -B $(ROOT)/grade/holes.py

handout:
	$(call install,build gdb git)
	$(Q)python3 -B $(ROOT)/grade/handout.py $(if $(filter command line,$(origin LAB)),--lab $(LAB))

bench:
	$(call install,build bench)
	$(Q)python3 -B $(ROOT)/grade/bench/bench.py --base $(BASE) $(if $(EXPERIMENTS),--experiments '$(EXPERIMENTS)') $(if $(CPUS),--cores '$(CPUS)') \
	    $(if $(MACHINE),--machine '$(MACHINE)') $(if $(MODEL),--models '$(MODEL)') $(if $(FULL),--full)

calibrate:
	$(call install,build)
	$(Q)python3 -B $(ROOT)/grade/bench/calibrate.py $(if $(CPUS),--cores '$(CPUS)')

scaling:
	$(call install,build bench)
	$(Q)python3 -B $(ROOT)/grade/bench/scaling.py --base $(BASE)

sim:
	$(if $(RUN)$(TEST),,$(error sim: which program? RUN="memclone"))
	$(call install,build $(if $(RUN_BOOKS),bench))
ifdef TEST
	$(Q)python3 -B $(ROOT)/grade/manycore/schedules.py $(if $(SEED),--seed $(SEED)) $(if $(CPUS),--cores $(CPUS)) '$(TEST)'
else
	$(Q)python3 -B $(ROOT)/grade/manycore/sim.py --run '$(RUN)' --lab $(LAB) --base $(BASE) --machine '$(or $(MACHINE),cores64)' \
	    $(if $(CPUS),--cores '$(CPUS)') $(if $(filter command line,$(origin MODE)),--mode $(MODE)) $(if $(MODEL),--model $(MODEL)) $(if $(SEED),--seed $(SEED)) $(if $(JSON),--json '$(abspath $(JSON))') \
	    $(if $(filter command line,$(origin MEM)),--memory $(MEM))
endif

lint:
	$(Q)python3 -B $(ROOT)/grade/lint.py

format:
	$(call install,format)
	$(Q)cd $(ROOT) && git ls-files '*.c' '*.h' ':!grade/mutants' | xargs clang-format -i

clean:
	rm -rf $(BUILD)
