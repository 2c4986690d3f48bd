# Makefile: builds pantler and runs its tests; `make help` lists what it can do. Downloads only what vendor/ names.
# SPDX-License-Identifier: MIT

VERSION = 0.1
ARCH = $(shell uname -m)
PREFIX = /usr/local
MANDIR = $(PREFIX)/share/man
T = 60
HOSTCC = gcc
CLANG = clang-14
Q = $(if $(V),,@)
say = @$(if $(V),:,printf '  %-5s %s\n') $1 '$2'
B = build/$(ARCH)

MAKEFLAGS += -r
.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.SECONDARY:
include tests/lint/layers.mk

# --- Compiler and musl. Another processor's: Debian's cross gcc, with Debian's musl of that processor in build/.
ifneq ($(ARCH),$(shell uname -m))
cross_aarch64 = aarch64-linux-gnu-
cross_armhf = arm-linux-gnueabihf-
cross = $(cross_$(ARCH))
MUSL_INC = $(B)/musl/include
MUSL_LIB = $(B)/musl/lib
$(if $(cross)$(filter-out default,$(origin CC)),,$(error no compiler known for ARCH=$(ARCH): give CC, MUSL_INC and MUSL_LIB))
$(B)/musl/.ok: vendor/fetch vendor/musl/sha256
	$(call say,FETCH,$(@D))
	$Qvendor/fetch musl-$(ARCH) $(@D) && touch $@
else
MUSL_INC = $(firstword $(wildcard /usr/include/$(ARCH)-linux-musl* /usr/lib/musl/include /usr/local/musl/include) /usr/include)
MUSL_LIB = $(firstword $(wildcard /usr/lib/$(ARCH)-linux-musl* /usr/lib/musl/lib /usr/local/musl/lib) /usr/lib)
endif
musl_ok = $(if $(filter $(B)/%,$(MUSL_LIB)),$(B)/musl/.ok)
ifeq ($(origin CC),default)
CC = $(cross)gcc
endif
ifeq ($(origin AR),default)
AR = $(cross)ar
endif
STRIP = $(cross)strip
READELF = $(cross)readelf
machine_armhf = -march=armv7-a -mthumb -mfpu=vfpv3-d16 -mfloat-abi=hard

# --- Flags. The user's CPPFLAGS, CFLAGS and LDFLAGS come after ours; what correctness rests on comes last.
warn = -Wall -Wextra -Wshadow -Wswitch-enum -Wstrict-prototypes -Wmissing-prototypes
bear_must = -std=c99 -fno-strict-aliasing -DBR_LE_UNALIGNED=0 -DBR_RDRAND=0 -DBR_USE_URANDOM=0 -DBR_USE_UNIX_TIME=0 \
	-Ibuild/bearssl/inc -Ibuild/bearssl/src
our_must = -std=c11 -Isrc -isystem build/bearssl/inc
must = -nostdinc -isystem $(MUSL_INC) -isystem $(shell $(CC) -print-file-name=include) -fPIE -fvisibility=hidden
small = -Os $(machine_$(ARCH)) -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables -fno-unwind-tables \
	-ffile-prefix-map=$(CURDIR)/=
guard = -fstack-protector-strong
dep = -MMD -MP
bear_cc = $(CC) $(dep) $(small) $(CPPFLAGS) $(CFLAGS) $(bear_must) $(must)
our_cc = $(CC) $(dep) $(small) $(warn) $(guard) $(CPPFLAGS) $(CFLAGS) $(our_must) $(must)
link = $(CC) $(machine_$(ARCH)) $(CFLAGS) $(LDFLAGS) -static-pie -nostdlib -nostartfiles -Wl,--no-dynamic-linker,--gc-sections \
	-Wl,-z,relro,-z,now,-z,noexecstack,-z,text,--build-id=none,--hash-style=gnu
SOURCE_DATE_EPOCH ?= $(or $(if $(wildcard .git),$(shell git log -1 --format=%ct 2>/dev/null)),1767225600)
version_flags = -DPANTLER_VERSION='"$(VERSION)"' -DPANTLER_ARCH='"$(ARCH)"' -DPANTLER_BEARSSL='"$(shell cat vendor/bearssl/version)"' \
	-DPANTLER_BUILD_AT=$(SOURCE_DATE_EPOCH) -DPANTLER_BEARSSL='"$(file <vendor/bearssl/version)"' -DPANTLER_ARCH='"$(ARCH)"'

# --- What there is. New files are found by themselves.
bear_c = $(filter %.c,$(shell cat vendor/bearssl/files))
objs_of = $(patsubst %.c,$1/%.o,$(sort $(foreach f,$2,$(wildcard src/$f/*.c))))
shell_layers = $(filter-out $(pure),$(layers))
bear_o = $(bear_c:%.c=$(B)/obj/bearssl/%.o)
pure_o = $(call objs_of,$(B)/obj,$(pure))
shell_o = $(call objs_of,$(B)/obj,$(shell_layers))

all: $(B)/pantler
objects: $(pure_o) $(shell_o) $(bear_o)

$(B)/pantler: $(B)/pantler.full vendor/verify
	$Q$(STRIP) -s -R .comment -R .note.gnu.property -o $@ $<
	$QREADELF=$(READELF) vendor/verify $@
	$(call say,DONE,$@)

$(B)/pantler.full: $(shell_o) $(B)/libpure.a $(B)/libbear.a
	$(call say,LINK,$@)
	$Q$(link) -o $@ $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $^ -Wl,--start-group $(MUSL_LIB)/libc.a \
		$(shell $(CC) $(machine_$(ARCH)) -print-libgcc-file-name) -Wl,--end-group $(MUSL_LIB)/crtn.o

$(B)/libpure.a: $(pure_o)
$(B)/libbear.a: $(bear_o)
%.a:
	@rm -f $@ && mkdir -p $(@D)
	$Q$(AR) rcsD $@ $(filter %.o,$^)

$(B)/obj/src/cmd/version.o: flags = $(version_flags)
$(B)/obj/src/cmd/version.o: $(B)/version_flags
$(B)/obj/src/%.o: src/%.c $(B)/our_cc | build/bearssl/.ok $(musl_ok)
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$Q$(our_cc) $(flags) -c -o $@ $<
$(B)/obj/bearssl/%.o: build/bearssl/.ok $(B)/bear_cc | $(musl_ok)
	@mkdir -p $(@D)
	$Q$(bear_cc) -c -o $@ build/bearssl/$*.c

build/bearssl/.ok: vendor/fetch $(wildcard vendor/bearssl/* vendor/bearssl/patches/*)
	$(call say,FETCH,bearssl)
	$Qvendor/fetch bearssl $(@D) && touch $@

# A file that changes when the command in the variable of its name does.
quote = '$(subst ','\'',$1)'
command_files = $(B)/our_cc $(B)/bear_cc $(B)/version_flags build/test/test_cc build/fuzz/fuzz_cc
$(command_files): FORCE
	@mkdir -p $(@D); printf '%s\n' $(call quote,$($(@F))) | cmp -s - $@ || printf '%s\n' $(call quote,$($(@F))) >$@

# --- Tests. Native, with sanitizers; a program of tests/unit/FOLDER is linked with what FOLDER may use and nothing else.
sanitize = -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
test_cc = $(HOSTCC) $(dep) -g -O1 $(sanitize) $(our_must) -Itests -I. -DBR_LE_UNALIGNED=0
reach = $(sort $1 $(foreach l,$(layer_$1),$(call reach,$l)))
libs_for = $(patsubst %,build/test/lib/%.a,$(filter $(foreach f,$1,$(call reach,$f)),$(layers) bearssl))
unit = $(patsubst %.c,build/test/%,$(sort $(wildcard tests/unit/*/*.c)))
scripted = $(patsubst %.c,build/test/%,$(sort $(wildcard tests/vectors/*.c tests/transcripts/*.c)))
replay = $(patsubst %.c,build/test/%,$(sort $(wildcard tests/fuzz/*.c)))
helpers = $(patsubst tests/%.c,build/test/obj/tests/%.o,$(filter-out tests/replay.c,$(wildcard tests/*.c)))
folder_of = $(word 2,$(subst /, ,$1))

build/test/lib/bearssl.a: $(bear_c:%.c=build/test/obj/bearssl/%.o)
build/test/lib/helpers.a: $(helpers)
$(foreach l,$(layers),$(eval build/test/lib/$l.a: $(call objs_of,build/test/obj,$l)))
build/test/obj/src/cmd/version.o: flags = $(version_flags)
build/test/obj/%.o: %.c build/test/test_cc | build/bearssl/.ok
	@mkdir -p $(@D)
	$Q$(test_cc) $(warn) -Werror $(flags) -c -o $@ $<
build/test/obj/bearssl/%.o: build/bearssl/.ok build/test/test_cc
	@mkdir -p $(@D)
	$Q$(HOSTCC) $(dep) -g -O2 $(sanitize) $(bear_must) -c -o $@ build/bearssl/$*.c

test_link = $(test_cc) -Wall -Wextra -Werror -o $@ $(filter %.c,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group
build/test/unit/%: tests/unit/%.c build/test/lib/helpers.a $$(call libs_for,$$(firstword $$(subst /, ,$$*))) build/test/test_cc
	$(call say,TEST,$<)
	@mkdir -p $(@D)
	$Q$(test_link)
build/test/fuzz/%: tests/fuzz/%.c tests/replay.c build/test/lib/helpers.a $$(call libs_for,agent) build/test/test_cc
	@mkdir -p $(@D)
	$Q$(test_link)
$(scripted): build/test/%: tests/%.c build/test/lib/helpers.a $$(call libs_for,agent) build/test/test_cc
	@mkdir -p $(@D)
	$Q$(test_link)

unit: $(unit)
	@tests/run unit $(unit)

FORCE:
.PHONY: all objects unit FORCE
-include $(shell find $(B) build/test build/fuzz -name '*.d' 2>/dev/null)
