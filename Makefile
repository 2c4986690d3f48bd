# Makefile: builds pantler and runs its tests; `make help` lists what it can do. Downloads only what vendor/ names.
# SPDX-License-Identifier: MIT

VERSION = 0.1
ARCH = $(shell uname -m)
PREFIX = /usr/local
MANDIR = $(PREFIX)/share/man
T = 60
HOSTCC = gcc
CLANG = $(firstword $(shell command -v clang-14 clang) clang-14)
Q = $(if $(V),,@)
say = @$(if $(V),:,printf '  %-5s %s\n') $1 '$2'
B = build/$(ARCH)
MAKEFLAGS += -r --no-print-directory
.DEFAULT_GOAL = all
.DELETE_ON_ERROR:
.SECONDEXPANSION:
.SECONDARY:
include tests/lint/layers.mk
# --- Compiler and musl. Another processor's: Debian's cross gcc, with Debian's musl of that processor in build/.
machine = $(shell uname -m)
family = $(if $(filter armv7% armv8%,$(ARCH)),armhf,$(ARCH))
others = $(filter-out $(machine),aarch64 armhf)
cross_aarch64 = aarch64-linux-gnu-
cross_armhf = arm-linux-gnueabihf-
ifneq ($(ARCH),$(machine))
cross = $(cross_$(ARCH))
MUSL_INC = $(B)/musl/include
MUSL_LIB = $(B)/musl/lib
$(if $(cross)$(filter-out default,$(origin CC)),,$(error no compiler known for ARCH=$(ARCH): give CC, MUSL_INC and MUSL_LIB))
else
MUSL_INC = $(firstword $(wildcard /usr/include/$(family:armhf=arm)-linux-musl* /usr/lib/musl/include /usr/local/musl/include) /usr/include)
MUSL_LIB = $(firstword $(wildcard /usr/lib/$(family:armhf=arm)-linux-musl* /usr/lib/musl/lib /usr/local/musl/lib) /usr/lib)
endif
$(if $(filter default,$(origin CC)),$(eval CC = $(cross)gcc))
$(if $(filter default,$(origin AR)),$(eval AR = $(cross)ar))
STRIP = $(cross)strip
READELF = $(cross)readelf

# --- Flags. The user's CPPFLAGS, CFLAGS and LDFLAGS come after ours; what correctness rests on comes last.
warn = -Wall -Wextra -Wshadow -Wswitch-enum -Wstrict-prototypes -Wmissing-prototypes
our_must = -std=c11 -Isrc -isystem build/bearssl/inc
bear_must = -std=c99 -fno-strict-aliasing -DBR_LE_UNALIGNED=0 -DBR_RDRAND=0 -DBR_USE_URANDOM=0 -DBR_USE_UNIX_TIME=0 \
	-Ibuild/bearssl/inc -Ibuild/bearssl/src
cc_include := $(shell $(CC) -print-file-name=include 2>/dev/null)
must = -nostdinc -isystem $(MUSL_INC) -isystem $(cc_include) -fPIE -fvisibility=hidden
# aarch64: everything is within 1 MiB of everything else. armhf: the canary that musl keeps at -8 from the thread pointer.
target_aarch64 = -mcmodel=tiny
target_armhf = -march=armv7-a -mthumb -mfpu=vfpv3-d16 -mfloat-abi=hard -mtp=cp15 -mstack-protector-guard=tls -mstack-protector-guard-offset=-8
# Options that not every compiler knows are given to those that do; the lean ones leave out what costs bytes to gain time (--param: how large a function becomes by those that it alone calls).
known = $(shell $(CC) -Werror $1 -x c -c -o /dev/null /dev/null 2>/dev/null && echo '$1')
lean := $(call known,-Oz) $(call known,-fno-caller-saves -fno-move-loop-invariants -fno-partial-inlining -fno-schedule-insns2 -fno-shrink-wrap -fno-tree-loop-im)
lean_armhf := $(call known,-fno-gcse -fno-inline-small-functions -fno-reorder-blocks -fno-section-anchors -fira-algorithm=priority --param=large-function-insns=800 --param=large-function-growth=50)
lean_x86_64 := $(call known,--param=large-function-insns=600 --param=large-function-growth=30)
lean_aarch64 := $(call known,--param=large-function-insns=5000 --param=large-function-growth=200 --param=large-stack-frame=4096 --param=large-stack-frame-growth=4000)
lean_bear := $(call known,-fno-inline-functions-called-once)
# Ours are optimised as one program, where the compiler can (gcc), with plain code too, for nm. BearSSL's walls of constant time stay apart.
lto := $(call known,-flto -ffat-lto-objects)
small = -MMD -MP -Os $(lean) $(target_$(family)) -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables \
	-fno-unwind-tables '-ffile-prefix-map=$(CURDIR)=.'
our_cc = $(CC) $(small) $(lean_$(family)) $(lto) $(warn) -fstack-protector -fno-optimize-sibling-calls $(CPPFLAGS) $(CFLAGS) $(our_must) $(must)
bear_cc = $(CC) $(small) $(lean_bear) $(CPPFLAGS) $(CFLAGS) $(bear_must) $(must)
link = $(CC) $(target_$(family)) $(lto:-flto=-flto -flto-partition=none) $(CFLAGS) $(LDFLAGS) -static-pie -nostdlib -nostartfiles \
	-Wl,--no-dynamic-linker,--gc-sections -Wl,-z,relro,-z,now,-z,noexecstack,-z,text,--build-id=none,--hash-style=gnu
SOURCE_DATE_EPOCH ?= $(or $(if $(wildcard .git),$(shell git log -1 --format=%ct 2>/dev/null)),1767225600)
version_flags = -DPANTLER_VERSION='"$(VERSION)"' -DPANTLER_ARCH='"$(ARCH)"' -DPANTLER_BEARSSL='"$(shell cat vendor/bearssl/version)"' \
	-DPANTLER_BUILD_AT=$(SOURCE_DATE_EPOCH)

sanitize = -MMD -MP -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
test_our_cc = $(HOSTCC) -O1 -D_FILE_OFFSET_BITS=64 $(sanitize) $(warn) -Werror $(our_must) -Itests -I. -DBR_LE_UNALIGNED=0
test_bear_cc = $(HOSTCC) -O2 $(sanitize) $(bear_must)
fuzz_our_cc = $(CLANG) -O1 $(sanitize) -fsanitize=fuzzer-no-link $(our_must) -Itests -I. -DBR_LE_UNALIGNED=0
fuzz_bear_cc = $(CLANG) -O2 $(sanitize) -fsanitize=fuzzer-no-link $(bear_must)

# --- What there is. New files are found by themselves.
bear_c = $(filter %.c,$(shell cat vendor/bearssl/files))
bear_in = $(bear_c:%.c=$1/obj/bearssl/%.o)
objs_in = $(patsubst %.c,$1/obj/%.o,$(sort $(foreach f,$2,$(wildcard src/$f/*.c))))
built = $(patsubst tests/%.c,build/test/%,$(sort $(wildcard $1)))
unit = $(call built,tests/unit/*/*.c)
whole = $(call built,tests/vectors/*.c tests/transcripts/*.c tests/tools/sink.c)
replay = $(call built,tests/fuzz/*.c)
helpers = $(patsubst %.c,build/test/obj/%.o,$(wildcard tests/*.c))
# --- The program.
all: $(B)/pantler
$(B)/pantler: $(B)/pantler.full vendor/verify
	$Q$(STRIP) -s -R .comment -R .note.gnu.property -o $@ $<
	$QREADELF=$(READELF) vendor/verify $@
	$(call say,DONE,$@)

$(B)/pantler.full: $(call objs_in,$(B),$(filter-out $(pure),$(layers))) $(B)/libpure.a $(B)/libbear.a
	$(call say,LINK,$@)
	$Q$(link) -o $@ $(MUSL_LIB)/rcrt1.o $(MUSL_LIB)/crti.o $^ -Wl,--start-group $(MUSL_LIB)/libc.a \
		$(shell $(CC) $(target_$(family)) -print-libgcc-file-name) -Wl,--end-group $(MUSL_LIB)/crtn.o

$(B)/libpure.a: $(call objs_in,$(B),$(pure)) $(B)/pure_objs
$(B)/libbear.a: $(call bear_in,$(B))
%.a:
	@rm -f $@ && mkdir -p $(@D)
	$Q$(AR) rcsD $@ $(filter %.o,$^)

# A file $1/$2 that changes when the command in the variable $2 does.
quote = '$(subst ','\'',$1)'
keep = $(shell mkdir -p $1; printf '%s\n' $(call quote,$($2)) | cmp -s - $1/$2 || printf '%s\n' $(call quote,$($2)) >$1/$2)
# Objects in folder $1, by the commands in the variables $2our_cc and $2bear_cc.
define objects
$1/obj/%.o: %.c $1/$2our_cc | build/bearssl/.ok $3
	$$(if $3,$$(call say,CC,$$<))
	@mkdir -p $$(@D)
	$$Q$$($2our_cc) $$(flags) -c -o $$@ $$<
$1/obj/bearssl/%.o: build/bearssl/.ok $1/$2bear_cc | $3
	@mkdir -p $$(@D)
	$$Q$$($2bear_cc) -c -o $$@ build/bearssl/$$*.c
$(call keep,$1,$2our_cc)$(call keep,$1,$2bear_cc)
$1/obj/src/cmd/version.o $1/obj/src/sys/clock.o: flags = $$(version_flags)
$1/obj/src/cmd/version.o $1/obj/src/sys/clock.o: $(B)/version_flags
endef
pure_objs = $(call objs_in,$(B),$(pure))
$(call keep,$(B),version_flags)$(call keep,$(B),pure_objs)
$(eval $(call objects,$(B),,$(MUSL_LIB)/rcrt1.o))
$(eval $(call objects,build/test,test_))
$(eval $(call objects,build/fuzz,fuzz_))

build/bearssl/.ok: vendor/fetch $(wildcard vendor/bearssl/* vendor/bearssl/patches/*)
	$(call say,FETCH,bearssl)
	$Qvendor/fetch bearssl $(@D) && touch $@
build/$(ARCH)/musl/lib/rcrt1.o: vendor/fetch vendor/musl/sha256
	$(call say,FETCH,musl)
	$Qvendor/fetch musl-$(ARCH) build/$(ARCH)/musl && touch $@
%/rcrt1.o:
	@echo 'no musl in $(@D): make deps, or give MUSL_INC and MUSL_LIB' >&2; exit 1

# --- Tests. Native, with sanitizers; a program of tests/unit/FOLDER is linked with what FOLDER may use and nothing else.
reach = $(sort $1 $(foreach l,$(layer_$1),$(call reach,$l)))
libs_for = build/test/lib/helpers.a $(patsubst %,build/test/lib/%.a,$(filter $(call reach,$1),$(layers) bearssl))
build/test/lib/bearssl.a: $(call bear_in,build/test)
build/test/lib/helpers.a: $(helpers)
$(foreach l,$(layers),$(eval build/test/lib/$l.a: $(call objs_in,build/test,$l)))

test_link = @mkdir -p $(@D); $(if $V,set -x;) $(test_our_cc) -o $@ $(filter %.c,$^) -Wl,--start-group $(filter %.a,$^) -Wl,--end-group
build/test/unit/%: tests/unit/%.c $$(call libs_for,$$(firstword $$(subst /, ,$$*))) build/test/test_our_cc
	$(test_link)
build/test/fuzz/%: tests/fuzz/%.c tests/tools/replay.c $$(call libs_for,agent) build/test/test_our_cc
	$(test_link)
$(whole): build/test/%: tests/%.c $$(call libs_for,agent) build/test/test_our_cc
	$(test_link)
build/test/tools/atexit build/test/tools/spy: build/test/tools/%: tests/tools/%.c
	@mkdir -p $(@D)
	$Q$(HOSTCC) -O1 -Wall -Wextra -Werror $(if $(filter spy,$*),-static) -o $@ $<

suite = tests/run $1 $2 || :;
suites = $(call suite,lint,$(wildcard tests/lint/*.t)) $(call suite,build,$(wildcard tests/build/*.t)) $(call suite,unit,$(unit)) \
	$(call suite,vectors,$(filter build/test/vectors/%,$(whole)) $(wildcard tests/vectors/*.t)) $(call suite,transcripts,$(filter build/test/transcripts/%,$(whole)) $(wildcard tests/transcripts/*.t)) \
	$(call suite,fuzz,$(replay)) $(call suite,system,$(wildcard tests/system/*.t))
emulated = PANTLER='qemu-$(1:armhf=arm)-static build/$1/pantler' $(call suite,system-$1,$(wildcard tests/system/*.t))
programs: all $(unit) $(whole) $(replay) $(layers:%=build/test/lib/%.a) $(addprefix build/test/tools/,atexit spy)

unit: $(unit) ## the unit tests alone
	@tests/run -new; $(call suite,unit,$(unit)) tests/run -sum
check: programs ## lints, unit tests, vectors, transcripts, fuzz corpus, the program as a user runs it; no network
	@tests/run -new; $(suites) tests/run -sum
test: ## installs what tests need; then check, the same for other processors, and tests against real peers
	@vendor/deps test && tests/peer/setup
	@set -e; $(MAKE) programs; for a in $(others); do $(MAKE) ARCH=$$a all; done
	@tests/run -new; $(suites) $(foreach a,$(others),$(call emulated,$a)) $(call suite,peer,$(wildcard tests/peer/*.t)) \
	$(call suite,repro,tests/repro.t) tests/run -sum
peer_part = vendor/deps test && tests/peer/setup && tests/run -new || exit; $(call suite,$1,$(wildcard $(2:%=tests/peer/%.t))) tests/run -sum
test-cred: all; @$(call peer_part,cred,cred-*) ## of these, what is about sources of credentials
test-secrets: all build/test/tools/spy; @$(call peer_part,secrets,secrets-*) ## of these, what is about secrets
test-agent: all build/test/tools/sink; @$(call peer_part,agent,agent* sink-oracle) ## of these, what is about the agent
bench-agent: all; @vendor/deps test && tests/peer/setup && tests/bench/agent.py ## pantler's agent and Vault's: time and processor to a token

build/fuzz/lib.a: $(call objs_in,build/fuzz,$(filter-out cmd,$(layers))) $(patsubst build/test/%,build/fuzz/%,$(helpers)) $(call bear_in,build/fuzz)
build/fuzz/%: tests/fuzz/%.c build/fuzz/lib.a
	$Q$(fuzz_our_cc) -fsanitize=fuzzer -o $@ $(filter %.c %.a,$^)
fuzz: $(patsubst build/test/fuzz/%,build/fuzz/%,$(replay)) ## T=60: each fuzz target for T seconds; needs clang-14
	@tests/fuzz.sh $(T) $^
# --- The rest.
deps: ; @vendor/deps ## install what a build needs (apt), or say what that is
demo: ## install, build, log in: what pantler does, in half a minute
	@vendor/deps demo
	@$(MAKE) -s all
	@tests/peer/demo.sh
size: all build/test/tools/atexit ## text + data, file sizes and memory, beside their limits; other processors where there is a compiler
	@set -e; $(foreach a,$(others),if command -v $(cross_$a)gcc >/dev/null; then $(MAKE) ARCH=$a all; fi;) tests/size.sh
repro: ## build in two folders, compare the bytes
	@tests/repro.sh ARCH=$(ARCH)
install: all ## PREFIX=/usr/local DESTDIR=
	install -d '$(DESTDIR)$(PREFIX)/bin' '$(DESTDIR)$(MANDIR)/man1'
	install -m 0755 $(B)/pantler '$(DESTDIR)$(PREFIX)/bin/pantler'
	install -m 0644 src/man/pantler.1 '$(DESTDIR)$(MANDIR)/man1/pantler.1'
uninstall: ; rm -f '$(DESTDIR)$(PREFIX)/bin/pantler' '$(DESTDIR)$(MANDIR)/man1/pantler.1' ## the same PREFIX and DESTDIR
clean: ; rm -rf build ## remove build/
help: ## this
	@echo 'make             build/$(machine)/pantler; ARCH=aarch64 or armhf for another processor; CC CPPFLAGS CFLAGS LDFLAGS V=1 as usual'
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1 /p' Makefile | while read -r name what; do printf 'make %-11s %s\n' "$$name" "$$what"; done

.PHONY: all programs unit check test test-cred test-agent test-secrets bench-agent fuzz deps demo size repro install uninstall clean help
-include $(shell find $(B) build/test build/fuzz -name '*.d' 2>/dev/null)
