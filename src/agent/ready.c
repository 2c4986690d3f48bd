/* agent/ready.c: the file that says that token and files are good now, and whoever asks it. */
/* SPDX-License-Identifier: MIT */
#include "agent/ready.h"

#include "sys/file.h"

#include <unistd.h>

void
ready_format(struct buf *out, const struct ready *r)
{
	uint32_t sum = STR_HASH;
	size_t start = out->len;

	buf_fmt(out, "pantler-ready 1\nboot %.*s\npid %llu\nstart %llu\nwritten %llu\nuntil %llu\n", STR(r->boot),
	    (unsigned long long)r->pid, (unsigned long long)r->start, (unsigned long long)r->written_at, (unsigned long long)r->until);
	for (size_t i = start; i < out->len; i++)
		sum = str_hash_c(sum, out->at[i]);
	buf_fmt(out, "sum %x\n", sum);
}

bool
ready_parse(struct ready *out, struct str text)
{
	char again[READY_MAX];
	struct buf b = BUF(again);
	struct str rest = text, value[6] = { 0 };
	struct ready r;
	uint64_t written_at, until;

	for (size_t i = 0; i < 6; i++) {
		value[i] = str_cut(&rest, '\n');
		str_cut(&value[i], ' ');
	}
	if (!str_is_visible(value[1]) || !str_to_u64(value[2], &r.pid) || !str_to_u64(value[3], &r.start) ||
	    !str_to_u64(value[4], &written_at) || !str_to_u64(value[5], &until) || written_at > INT64_MAX || until > INT64_MAX)
		return false;
	r.boot = value[1];
	r.written_at = (tick)written_at;
	r.until = (tick)until;
	ready_format(&b, &r);	/* keys, order, zeros in front, sum, end: all that is left to be wrong */
	if (b.full || !str_eq(buf_str(&b), text))
		return false;
	*out = r;
	return true;
}

#define STAT_MAX 1000	/* /proc/PID/stat: 52 numbers of 20 digits at most, and mostly of some */

/* A file of /proc into the caller's memory; empty when it cannot be read. */
static struct str
read_proc(const char *path, char *memory, size_t cap)
{
	struct arena a = { .at = memory, .cap = cap };
	struct str text;
	struct err e;
	unsigned others;

	return file_read(path, cap - 1, &a, &text, &others, &e) < 0 ? S("") : text;
}

/* "-" without. */
static struct str
read_boot(char *memory, size_t cap)
{
	struct str boot = str_cut_eol(read_proc("/proc/sys/kernel/random/boot_id", memory, cap));

	return str_is_visible(boot) ? boot : S("-");
}

/* 0 without. */
static uint64_t
read_start(uint64_t pid)
{
	char path[40], memory[STAT_MAX];
	struct buf name = BUF(path);
	struct str rest, field = S("");
	uint64_t start = 0;

	buf_fmt(&name, "/proc/%llu/stat%c", (unsigned long long)pid, 0);
	rest = read_proc(path, memory, sizeof memory);
	while (str_find_c(rest, ')') != SIZE_MAX)	/* the program's name, the second field, may hold any byte */
		str_cut(&rest, ')');
	for (int i = 2; i <= 22; i++)
		field = str_cut(&rest, ' ');
	return str_to_u64(field, &start) ? start : 0;
}

int
ready_write(struct ready_file *f, tick until, tick now, struct err *e)
{
	char text[READY_MAX], memory[64];
	struct buf b = BUF(text);
	int before = f->held;
	uint64_t pid = (uint64_t)getpid();

	ready_format(&b, &(struct ready){ read_boot(memory, sizeof memory), pid, read_start(pid), now, until });
	if (file_replace_held(str_of(f->path), buf_str(&b), 0644, &f->held, e) < 0)
		return -1;
	if (before >= 0)
		close(before);
	return 0;
}

void
ready_remove(struct ready_file *f)
{
	if (f->held >= 0)
		file_remove_held(f->path, f->held);
	f->held = -1;
}

/* NULL: it is to be believed. */
static const char *
find_fault(const char *path, struct str text, tick now)
{
	char memory[64];
	struct str boot = read_boot(memory, sizeof memory);
	struct ready r;
	enum file_holding holding;

	if (!ready_parse(&r, text))
		return "not a ready file of this version";
	if (!str_eq(boot, r.boot) && !str_is(boot, "-") && !str_is(r.boot, "-"))
		return "of another boot";
	if (r.written_at > now)
		return "from the future";
	if (tick_is_past(r.until, now))
		return "past its time";
	holding = file_is_held(path);
	if (holding == FILE_UNKNOWN && r.start && read_start(r.pid) == r.start)
		holding = FILE_HELD;
	return holding == FILE_HELD ? NULL : "its agent has ended";
}

int
ready_check(const char *path, tick now, struct err *e)
{
	char text[READY_MAX + 1];
	struct arena a = { .at = text, .cap = sizeof text };
	struct str all;
	const char *why;
	unsigned others;

	if (file_read(path, READY_MAX, &a, &all, &others, e) < 0) {
		e->code = ERR_RETRY;
		e->cause = CAUSE_READY;
		return -1;
	}
	why = find_fault(path, all, now);
	return why ? err_set(e, ERR_RETRY, CAUSE_READY, "%s: %s", path, why) : 0;
}
