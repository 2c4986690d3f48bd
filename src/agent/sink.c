/* agent/sink.c: one sink of the agent: a file that always holds the newest token, perhaps wrapped, perhaps encrypted. */
/* SPDX-License-Identifier: MIT */
#include "agent/sink.h"

#include "base/wipe.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/rand.h"

#include <errno.h>

int
sink_check(const struct conf_sink *c, size_t n, struct err *e)
{
	/* Some bytes, for a disk may have room for a name and for nothing else: here the path. */
	for (; n > 0; n--, c++)
		if (file_try(c->path, c->path, c->mode, c->uid, c->gid, e) < 0)
			return err_in(e, "error creating file sink: error during write check");
	return 0;
}

void
sink_tell(const struct conf_sink *c)
{
	char mode[] = "-rwxrwxrwx";	/* as ls shows it */

	for (unsigned bit = 0; bit < 9; bit++)
		if (!(c->mode & 0400 >> bit))
			mode[1 + bit] = '-';
	log_event(LOG_INFO, "agent.sink.file", "file sink configured", PAIRS({ "path", c->path }, { "mode", str_of(mode) }));
}

void
sink_forget(struct sink *s)
{
	s->is_pending = s->is_file_bad = false;
	s->retry_at = TICK_NEVER;
	s->failed = 0;
	wipe(s->wrapped, s->wrapped_len);
	s->wrapped_len = 0;
}

void
sink_set(struct sink *s, const struct conf_sink *c)
{
	const struct conf_sink *b = s->conf;

	if (!b || !c || !str_eq(b->path, c->path) || !str_eq(b->dh_path, c->dh_path) || b->derive_key != c->derive_key)
		wipe(s, sizeof *s);
	sink_forget(s);
	s->conf = c;
}

void
sink_offer(struct sink *s, tick now)
{
	sink_forget(s);
	s->is_pending = true;
	s->retry_at = now;
}

tick
sink_retry_at(tick now, uint32_t random)
{
	return tick_after(now, SINK_RETRY_MIN_MS + (int64_t)((uint64_t)random * (SINK_RETRY_MORE_MS + 1) >> 32));
}

/* A wrapping token in the token's place. */
static int
wrap(struct sink *s, struct flow *f, struct str *text, tick now, struct err *e)
{
	struct wrap m = { .vault = &f->config->vault, .token = *text, .ask_ttl_s = (uint32_t)s->conf->wrap_ttl_s };

	if (!s->wrapped_len || tick_is_past(s->wrapped_until, now)) {
		if (flow_run(f, wrap_step, &m, e) < 0)
			return -1;
		memcpy(s->wrapped, m.line.at, m.line.len);	/* it fits: WRAP_LINE_MAX */
		s->wrapped_len = m.line.len;
		s->wrapped_until = tick_after(now, m.ttl_s * 1000);	/* it was made later than now */
	}
	*text = (struct str){ s->wrapped, s->wrapped_len };
	return 0;
}

/* The key that is shared with whoever wrote dh_path, agreed on once. */
static int
agree(struct sink *s, struct arena *a, struct err *e)
{
	const char *path = s->conf->dh_path.at;
	uint8_t theirs[SEAL_KEY], private[SEAL_KEY];
	unsigned others;	/* it is public; who writes it is the business of who reads the sink */
	struct str text;

	if (rand_bytes(private, sizeof private, e) < 0)
		return -1;
	if (file_read(path, SINK_DH_MAX, a, &text, &others, e) == 0) {
		if (seal_read_key(theirs, text, a, e) == 0 && seal_agree(&s->seal, private, theirs, s->conf->derive_key, e) == 0) {
			s->is_agreed = true;
			return 0;
		}
		err_in(e, "%s", path);
	}
	e->cause = CAUSE_OUTPUT;	/* it is the sink that cannot be written */
	return err_in(e, "dh_path");
}

/* An envelope in the text's place. */
static int
encrypt(struct sink *s, struct str *text, struct arena *a, struct err *e)
{
	uint8_t nonce[GCM_NONCE];
	struct buf out;

	if ((!s->is_agreed && agree(s, a, e) < 0) || rand_bytes(nonce, sizeof nonce, e) < 0)
		return -1;
	out = arena_buf(a, seal_len(text->len));
	seal_add(&out, &s->seal, nonce, s->conf->aad, *text, a);
	*text = buf_str(&out);
	return out.full ? arena_err(e) : 0;
}

static int
write_file(struct sink *s, struct flow *f, struct str text, tick now, struct err *e)
{
	const struct conf_sink *c = s->conf;

	if ((c->wrap_ttl_s && wrap(s, f, &text, now, e) < 0) || (c->encrypt && encrypt(s, &text, &f->arena, e) < 0))
		return err_in(e, "sink %.*s", STR(c->path));
	if (file_replace_as(c->path, text, c->mode, c->uid, c->gid, e) == 0)
		return 0;
	return e->sys == EBUSY ? err_hint(e, "it is a mount of its own: mount its folder instead") : -1;
}

/* When to try again what has failed. */
static tick
again_at(const struct sink *s, int64_t most_ms, uint32_t wait_s)
{
	int64_t ms = sink_retry_at(0, rand_vary());

	if (!s->is_file_bad) {
		ms <<= s->failed < 16 ? s->failed - 1 : 15;
		if (ms < (int64_t)wait_s * 1000)
			ms = (int64_t)wait_s * 1000;
		if (ms > most_ms)
			ms = most_ms;
	}
	return clock_after(ms);
}

int
sink_write(struct sink *s, struct flow *f, struct str token, tick now, struct err *e)
{
	size_t before = f->arena.len;
	int r = write_file(s, f, token, now, e);

	wipe(f->arena.at + before, f->arena.len - before);
	f->arena.len = before;
	if (r == 0) {
		sink_forget(s);
		return 0;
	}
	s->failed++;
	s->is_file_bad = e->cause == CAUSE_OUTPUT;
	s->retry_at = again_at(s, f->config->max_backoff_ms, e->wait_s);
	return -1;
}
