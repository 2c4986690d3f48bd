/* tests/transcripts/life.c: a day in the life of a token, against servers of every kind, in virtual time. No network, no clock. */
/* SPDX-License-Identifier: MIT */
/* Each script is a server with a fault, and 24 hours of the lifecycle (vault/token) before it, with the answers read by vault/self, behind the
   limiter (base/limit), as the agent puts them together. What must hold, for each script and several seeds:
     ceiling   in any 60 s no more requests reach servers than max_requests_per_minute, in any second no more than a third of that
     calm      and without the limiter, with nothing but the token to look after, no more than 60
     live      whenever the server would grant a token, and there is none that the lifecycle believes in, there is one within one
               backoff step: the longest backoff, and twice the time that a login takes, its waits for the limiter included
               (one may be under way, and fail, when the server comes to itself)
     prompt    a login takes no longer than a minute for the limiter and its own time, for each of its requests
     honest    while the lifecycle believes in a token the server does, but for the time an answer takes; not asked of servers that
               take tokens back or lie
   Then the same with lifecycles that are broken on purpose: each must be found out by the rule that is named. */
#include "base/limit.h"
#include "tests/memory.h"
#include "tests/tap.h"
#include "tests/transcripts/life.h"
#include "vault/self.h"

#define S_MS 1000ll
#define SENT_MAX 400000
#define SEEDS 2
#define TOKEN "hvs.0123456789abcdef"

/* What of the lifecycle is replaced, so that a broken one may stand in for it. */
struct life {
	const char *name, *found_by;
	void (*take)(struct token *, enum token_event, const struct token_grant *, uint32_t, uint32_t, tick);
	bool (*note)(void);	/* whether a request counts for the limiter; NULL: it does */
};

static struct sim {
	const struct script *s;
	const struct life *life;
	struct token token;
	struct limit limit;
	bool unlimited;
	uint64_t seed;
	tick now, start, slept, next_secret, next_news, next_revoke;
	struct {
		bool is_there;
		tick expires, dies;	/* as told and renewed; the maximal TTL */
		int64_t lease_s;
	} server;
	tick since;			/* a token would be granted, and there is none; -1: not so */
	int64_t longest_ms, login_ms, wrong_ms;
	tick sent[SENT_MAX];		/* when requests reached their servers */
	size_t sent_n;
	char body[600];
} sim;

static struct arena arena;
static const struct vault vault = { .address = { .tls = true, .host = { .name = S("vault") }, .path = S("/") } };

static uint32_t
draw(void)
{
	sim.seed = sim.seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(sim.seed >> 32);
}

/* Seconds since the start, the time that the machine slept included. */
static bool
is_faulty(unsigned where, tick at)
{
	const struct script *s = sim.s;
	int64_t t = (at - sim.start) / S_MS - s->from_s;

	if (!(s->where & where) || t < 0)
		return false;
	return !s->for_s || (s->every_s ? t % s->every_s : t) < s->for_s;
}

static bool
would_grant(tick at)
{
	if (is_faulty(IMDS, at) && sim.s->fault < ODD)
		return false;
	return !is_faulty(LOGIN, at) || sim.s->fault >= ODD ? !(is_faulty(LOGIN, at) && sim.s->fault == TWO_63) : false;
}

static bool
server_has(tick at)
{
	return sim.server.is_there && at < sim.server.expires;
}

/* What is true at one instant. */
static void
look(tick at)
{
	bool is_live = token_is_live(&sim.token, at);

	if (is_live && !server_has(at) && !sim.s->lies && at - sim.server.expires > sim.wrong_ms)
		sim.wrong_ms = at - sim.server.expires;
	if (is_live || !would_grant(at)) {
		sim.since = -1;
		return;
	}
	if (sim.since < 0)
		sim.since = at;
	if (at - sim.since > sim.longest_ms)
		sim.longest_ms = at - sim.since;
}

/* While there is a token nothing can change but at its end. */
static void
pass(tick to)
{
	const struct script *s = sim.s;

	while (sim.now < to) {
		tick next = token_is_live(&sim.token, sim.now) ? sim.token.expires : sim.now + S_MS;

		look(sim.now);
		if (s->revoke_s && next > sim.next_revoke)
			next = sim.next_revoke;
		sim.now = tick_earlier(to, next);
		if (token_is_live(&sim.token, sim.now - 1))
			look(sim.now - 1);
		if (s->revoke_s && sim.now >= sim.next_revoke) {
			sim.server.is_there = false;
			sim.next_revoke = sim.now + s->revoke_s * S_MS;
		}
	}
	if (s->sleep_s && !sim.slept && sim.now >= sim.start + s->sleep_at_s * S_MS) {
		sim.slept = s->sleep_s * S_MS;
		sim.now += sim.slept;
		sim.since = -1;
	}
	look(sim.now);
}

/* A request on its way: how long it takes; it reaches the server somewhere in between. */
static tick
send(enum limit_class class, int64_t takes_ms)
{
	tick at, from;

	if (!sim.unlimited)
		while ((at = limit_next(&sim.limit, class, sim.now)) > sim.now)
			pass(at);
	from = sim.now;
	if (!sim.life->note || sim.life->note())
		limit_note(&sim.limit, from);
	at = from + (tick)(draw() % (uint32_t)takes_ms);
	if (sim.sent_n < SENT_MAX)
		sim.sent[sim.sent_n++] = at;
	return at;
}

static void
end(tick to)
{
	pass(to > sim.now ? to : sim.now);
	if (!sim.life->note || sim.life->note())
		limit_end(&sim.limit, sim.now);
}

/* The lease that a good server gives at this instant. */
static int64_t
good_lease(tick at)
{
	int64_t left_s = sim.s->max_s ? (sim.server.dies - at) / S_MS : sim.s->lease_s;

	return left_s < 0 ? 0 : left_s < sim.s->lease_s ? left_s : sim.s->lease_s;
}

/* What it answers to a login or a renewal that it grants, into the token's true life and the body. */
static void
grant(enum token_do what, enum fault fault, tick at)
{
	static const char *const odd[] = { [ZERO - ODD] = "0", [ONE - ODD] = "1", [TWO_31 - ODD] = "2147483648", [TWO_63 - ODD] = "9223372036854775808" };
	struct buf b = BUF(sim.body);
	bool renewable = !sim.s->final && fault != FIXED;
	const char *key = what == TOKEN_LOOKUP ? "ttl" : "lease_duration";

	if (what == TOKEN_LOGIN) {
		sim.server.is_there = true;
		sim.server.dies = at + sim.s->max_s * S_MS;
		sim.server.lease_s = sim.s->lease_s;
	}
	if (what == TOKEN_LOOKUP)
		sim.server.lease_s = sim.server.expires == TICK_NEVER ? 0 : (sim.server.expires - at) / S_MS;
	else if (fault == SHRINK)
		sim.server.lease_s /= 2;
	else
		sim.server.lease_s = fault == TENTH ? sim.s->lease_s / 10 : good_lease(at);
	buf_fmt(&b, "{\"%s\":{\"%s\":\"%s\",\"renewable\":%s,\"num_uses\":%lld,\"%s\":", what == TOKEN_LOOKUP ? "data" : "auth",
	    what == TOKEN_LOOKUP ? "id" : "client_token", TOKEN, renewable ? "true" : "false", (long long)sim.s->uses, key);
	if (fault >= ODD && fault <= TWO_63)
		buf_fmt(&b, "%s", odd[fault - ODD]);
	else
		buf_fmt(&b, "%lld", (long long)sim.server.lease_s);
	buf_fmt(&b, "}}%c", 0);
	if (what != TOKEN_LOOKUP && fault == ZERO)
		sim.server.expires = what == TOKEN_LOGIN ? TICK_NEVER : sim.server.expires;
	else if (what != TOKEN_LOOKUP && fault != TWO_63)
		sim.server.expires = at + (fault == ONE ? 1 : fault == TWO_31 ? 1ll << 31 : sim.server.lease_s) * S_MS;
}

/* The answer to a request that reaches the server at this instant; how long it takes is *takes_ms from then. */
static struct answer
serve(enum token_do what, tick at, int64_t *takes_ms)
{
	static const struct err none = { .code = ERR_RETRY, .cause = CAUSE_UNREACHABLE, .line = "none" };
	static const struct err tls = { .code = ERR_PEER, .cause = CAUSE_TLS, .line = "not trusted" };
	static char wait[16];
	static const struct http_field head = { S("Retry-After"), { wait, 10 } };
	static const short status[] = { [EMPTY] = 200, [NO_BODY] = 204, [HALF] = 200, [TYPES] = 200, [PAGE] = 403, [E400] = 400, [E403] = 403,
		[E404] = 404, [E412] = 412, [E429] = 429, [E472] = 472, [E500] = 500, [E502] = 502, [E503] = 503, [MINUS] = 200 };
	static const char *const body[] = { [EMPTY] = "", [NO_BODY] = "", [HALF] = "{\"auth\":{\"client_token\":\"" TOKEN "\",\"lease_dura",
		[TYPES] = "{\"auth\":{\"lease_duration\":\"3600\",\"renewable\":\"yes\"},\"data\":{\"ttl\":[]}}", [PAGE] = "<html>no</html>",
		[MINUS] = "{\"auth\":{\"client_token\":\"" TOKEN "\",\"lease_duration\":-1,\"renewable\":true},\"data\":{\"ttl\":-1}}" };
	unsigned where = what == TOKEN_LOGIN ? LOGIN : what == TOKEN_RENEW ? RENEW : LOOKUP;
	enum fault fault = is_faulty(where, at) ? sim.s->fault : WELL;
	struct answer in = { .status = 403, .body = S("{\"errors\":[\"permission denied\"]}") };

	if (fault == NO_NAME || fault == RESET || fault == HANG || fault == BAD_TLS || fault == LATE) {
		if (fault == LATE && (what == TOKEN_LOGIN || server_has(at)))
			grant(what, WELL, at);
		*takes_ms = fault == HANG || fault == LATE ? 60000 : *takes_ms;
		return (struct answer){ .how = fault == BAD_TLS ? ANSWER_TLS : ANSWER_UNREACHABLE, .err = fault == BAD_TLS ? &tls : &none };
	}
	if (fault != WELL && fault < ODD && fault != E403) {
		const char *text = (size_t)fault < sizeof body / sizeof *body && body[fault] ? body[fault] : "{\"errors\":[\"Vault is sealed\"]}";

		if (sim.s->wait_s) {
			snprintf(wait, sizeof wait, "%010u", sim.s->wait_s == 1 ? 0 : sim.s->wait_s);
			in.head = &head;
			in.head_n = 1;
		}
		in.status = status[fault];
		in.body = str_of(text);
		return in;
	}
	if (fault == E403 || (what != TOKEN_LOGIN && !server_has(at)) || (what == TOKEN_LOOKUP && fault == ZERO && (sim.s->where & LOGIN) && !sim.s->for_s))
		return in;
	grant(what, fault, at);
	in.status = 200;
	in.body = str_of(sim.body);
	return in;
}

/* What an answer was read as. Kept, since most are those of before and reading takes most of the time. */
struct reading {
	enum token_do what;
	struct answer in;
	char body[sizeof sim.body];
	bool is_good;
	struct token_grant grant;
	enum err_code code;
	uint32_t wait_s;
};

static void
read_answer(struct reading *r)
{
	struct senv env = { .arena = &arena };
	struct self m = { .vault = &vault, .token = S(TOKEN), .what = r->what == TOKEN_RENEW ? SELF_RENEW : SELF_LOOKUP };
	struct vault_secret secret;
	struct ask ask;
	struct err e = { 0 };

	arena_wipe(&arena);
	if (r->what == TOKEN_LOGIN) {
		r->is_good = vault_check(&r->in, NULL, &arena, &e) == 0 && vault_parse_secret(&secret, r->in.body, &arena, &e) == 0 &&
		    self_read_auth(&r->grant, &secret, &e) == 0;
	} else if (self_step(&m, NULL, &ask, &env, &e) == STEP_ASK) {
		r->is_good = self_step(&m, &r->in, &ask, &env, &e) == STEP_DONE;
		r->grant = m.grant;
	}
	r->code = e.code;
	r->wait_s = e.wait_s;
}

/* As the agent does it: the answer read, the event made of it. */
static void
tell(enum token_do what, const struct answer *in)
{
	static const enum token_event good[] = { [TOKEN_LOGIN] = TOKEN_GRANTED, [TOKEN_RENEW] = TOKEN_RENEWED, [TOKEN_LOOKUP] = TOKEN_FOUND };
	static struct reading kept[8];
	static const struct script *of;	/* a script has one Retry-After, if it has any */
	static unsigned n;
	struct reading *r = kept;

	if (of != sim.s)
		memset(kept, 0, sizeof kept);
	of = sim.s;
	while (r < kept + 8 && (r->what != what || r->in.how != in->how || r->in.status != in->status || !str_eq(r->in.body, in->body)))
		r++;
	if (r == kept + 8) {
		r = &kept[n++ % 8];
		*r = (struct reading){ .what = what, .in = *in };
		memcpy(r->body, in->body.at ? in->body.at : "", in->body.len);
		r->in.body.at = r->body;
		read_answer(r);
	}
	sim.life->take(&sim.token, r->is_good ? good[what] : token_failure(what, r->code), r->is_good ? &r->grant : NULL, r->wait_s, draw(), sim.now);
}

static void
act(enum token_do what)
{
	int64_t takes_ms = sim.s->takes_ms ? sim.s->takes_ms : 20;
	tick from = sim.now, at;
	struct answer in;

	for (unsigned i = 0; what == TOKEN_LOGIN && i < sim.s->creds; i++) {
		at = send(LIMIT_CREDENTIALS, 5);
		end(sim.now + 5);
		if (is_faulty(IMDS, at)) {
			sim.life->take(&sim.token, TOKEN_NOT_GRANTED, NULL, 0, draw(), sim.now);
			return;
		}
	}
	at = send(LIMIT_TOKEN, takes_ms);
	pass(at);
	in = serve(what, at, &takes_ms);
	end(at + takes_ms);
	tell(what, &in);
	if (what == TOKEN_LOGIN && sim.now - from > sim.login_ms)
		sim.login_ms = sim.now - from;
}

/* A day. */
static void
live(const struct script *s, const struct life *life, uint64_t seed, bool unlimited)
{
	memset(&sim, 0, offsetof(struct sim, sent));
	sim.sent_n = 0;
	sim.s = s;
	sim.life = life;
	sim.seed = seed;
	sim.unlimited = unlimited;
	sim.now = sim.start = 1000000;
	sim.next_news = sim.next_revoke = sim.now + 1;
	sim.since = -1;
	token_init(&sim.token, s->min_ms ? s->min_ms : 1000, s->max_ms ? s->max_ms : 300000, s->reauth, sim.now);
	limit_init(&sim.limit, s->n ? s->n : 60);
	while (sim.now - sim.start - sim.slept < DAY_S * S_MS && sim.sent_n < SENT_MAX) {
		tick until;
		enum token_do what = token_next(&sim.token, draw(), sim.now, &until);

		if (what != TOKEN_WAIT) {
			act(what);
			continue;
		}
		until = tick_earlier(until, sim.now + 3600 * S_MS);
		if (s->secrets && !unlimited && limit_next(&sim.limit, LIMIT_SECRET, sim.now) < until) {
			send(LIMIT_SECRET, 15);
			end(sim.now + 15);
		} else if (s->news_s && sim.next_news < until) {
			pass(sim.next_news);
			sim.next_news = sim.now + s->news_s * S_MS;
			life->take(&sim.token, TOKEN_NEW_CREDENTIALS, NULL, 0, draw(), sim.now);
		} else {
			if (s->sleep_s && !sim.slept)
				until = tick_earlier(until, sim.start + s->sleep_at_s * S_MS);
			pass(until > sim.now ? until : sim.now + 1);
		}
	}
}

static size_t
most_in(int64_t span_ms)
{
	size_t most = 0, from = 0;

	for (size_t i = 0; i < sim.sent_n; i++) {
		while (sim.sent[i] - sim.sent[from] >= span_ms)
			from++;
		most = i - from + 1 > most ? i - from + 1 : most;
	}
	return most;
}

/* The rule that a day broke; NULL: none. */
static const char *
judge(void)
{
	const struct script *s = sim.s;
	unsigned n = sim.limit.n;
	int64_t takes_ms = s->takes_ms ? s->takes_ms : 20;

	if (sim.unlimited)
		return most_in(LIMIT_SPAN_MS) > 60 && s->min_ms != 1 ? "calm" : NULL;
	if (most_in(LIMIT_SPAN_MS) > n || most_in(LIMIT_BURST_MS) > (n < 3 ? 1 : n / 3))
		return "ceiling";
	if (sim.longest_ms > sim.token.max_backoff_ms + 2 * sim.login_ms + S_MS)
		return "live";
	if (sim.login_ms > (s->creds + 1) * (LIMIT_SPAN_MS + 60000 + takes_ms))
		return "prompt";
	return sim.wrong_ms > takes_ms + S_MS ? "honest" : NULL;
}

static const struct life whole = { .name = "whole", .take = token_take };

static void
test_script(const struct script *s, size_t *most)
{
	const char *broken = NULL, *rule;
	size_t most_sent = 0, most_60 = 0, most_free = 0;
	int64_t longest_ms = 0;

	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		live(s, &whole, seed, false);
		rule = judge();
		broken = rule ? rule : broken;
		most_60 = most_in(LIMIT_SPAN_MS) > most_60 ? most_in(LIMIT_SPAN_MS) : most_60;
		most_sent = sim.sent_n > most_sent ? sim.sent_n : most_sent;
		longest_ms = sim.longest_ms > longest_ms ? sim.longest_ms : longest_ms;
		if (rule)
			printf("#   %s: longest %lld ms without a token, a login %lld ms, %lld ms of a dead one\n", rule,
			    (long long)sim.longest_ms, (long long)sim.login_ms, (long long)sim.wrong_ms);
		live(s, &whole, seed, true);
		rule = judge();
		broken = rule ? rule : broken;
		most_free = most_in(LIMIT_SPAN_MS) > most_free ? most_in(LIMIT_SPAN_MS) : most_free;
	}
	ok(!broken, "%s: %s%zu requests, at most %zu in 60 s (%zu without the limiter), %lld s without a token", s->name, broken ? broken : "",
	    most_sent, most_60, most_free, (long long)(longest_ms / S_MS));
	if (!s->n && most_60 > *most)
		*most = most_60;
}

/* --- Broken on purpose. */

/* Vault 1.14's: a failed renewal is repeated at once. */
static void
hot_renewal(struct token *t, enum token_event event, const struct token_grant *g, uint32_t wait_s, uint32_t random, tick now)
{
	token_take(t, event, g, wait_s, random, now);
	if (event == TOKEN_FAILED)
		t->check_at = now;
}

/* Vault's up to 1.16: a login again as soon as a token does not last. */
static void
hot_login(struct token *t, enum token_event event, const struct token_grant *g, uint32_t wait_s, uint32_t random, tick now)
{
	token_take(t, event, g, wait_s, random, now);
	t->not_before = now;
}

/* Waits as long as it is told to. */
static void
obedient(struct token *t, enum token_event event, const struct token_grant *g, uint32_t wait_s, uint32_t random, tick now)
{
	token_take(t, event, g, wait_s, random, now);
	if (event == TOKEN_NOT_GRANTED && wait_s)
		t->not_before = tick_after(now, wait_s * S_MS);
}

/* Has no way back once a token is lost. */
static void
resigned(struct token *t, enum token_event event, const struct token_grant *g, uint32_t wait_s, uint32_t random, tick now)
{
	token_take(t, event, g, wait_s, random, now);
	if (event == TOKEN_NOT_GRANTED)
		t->login_at = TICK_NEVER;
}

/* Believes in a token for twice its lease. */
static void
faithful(struct token *t, enum token_event event, const struct token_grant *g, uint32_t wait_s, uint32_t random, tick now)
{
	token_take(t, event, g, wait_s, random, now);
	if (g && t->expires != TICK_NEVER)
		t->expires = now + 2 * t->lease_ms;
}

static bool
forgets(void)
{
	return false;
}

int
main(void)
{
	static const struct life broken[] = {
		{ "failed renewals at once", "calm", hot_renewal, NULL },
		{ "logins at once", "calm", hot_login, NULL },
		{ "Retry-After without a bound", "live", obedient, NULL },
		{ "no second login", "live", resigned, NULL },
		{ "no end of a lease", "honest", faithful, NULL },
		{ "failed renewals at once, and nothing counted", "ceiling", hot_renewal, forgets },
	};
	size_t n = sizeof scripts / sizeof *scripts, most = 0;

	arena = memory_arena(1 << 16);
	ok(n >= 60, "%zu scripts", n);
	for (size_t i = 0; i < n; i++)
		test_script(&scripts[i], &most);
	printf("# the most requests in any 60 s, of 60 allowed: %zu\n", most);
	for (size_t k = 0; k < sizeof broken / sizeof *broken; k++) {
		const char *rule = NULL;
		size_t i = 0;

		for (; i < n && !(rule && strcmp(rule, broken[k].found_by) == 0); i++)
			for (int unlimited = 0; unlimited < 2 && !(rule && strcmp(rule, broken[k].found_by) == 0); unlimited++) {
				live(&scripts[i], &broken[k], 1, unlimited);
				rule = judge();
			}
		ok(rule && strcmp(rule, broken[k].found_by) == 0, "%s: found by \"%s\" in %s", broken[k].name, broken[k].found_by,
		    scripts[i - 1].name);
	}
	memory_free(&arena);
	return tap_end();
}
