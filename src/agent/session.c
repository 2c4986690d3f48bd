/* agent/session.c: the token that a verb which ends uses, and its end. */
/* SPDX-License-Identifier: MIT */
#include "agent/session.h"

#include "sys/clock.h"
#include "sys/file.h"
#include "sys/log.h"
#include "vault/self.h"

/* Vault's own command keeps a token there. */
static int
read_file(struct session *s, struct flow *f, struct err *e)
{
	struct str home = f->config->home;
	struct buf path = arena_buf(&f->arena, home.len + sizeof "/.vault-token");
	unsigned others;

	buf_fmt(&path, "%.*s/.vault-token", STR(home));
	buf_add_c(&path, 0);
	if (path.full)
		return arena_err(e);
	if (!str_begins(home, "/") || file_read(path.at, SESSION_TOKEN_MAX, &f->arena, &s->token, &others, e) < 0) {
		if (str_begins(home, "/") && e->code != ERR_ABSENT)
			return -1;
		err_set(e, ERR_INPUT, CAUSE_USE, "no role, type or configuration to log in by, no VAULT_TOKEN, no ~/.vault-token");
		return err_hint(e, "give -role, or -type=iam when vault is to infer it");
	}
	if (others & 077)
		log_text(LOG_WARN, "%s can be read by others than its owner", path.at);
	s->token = str_trim(str_cut_eol(s->token));
	return 0;
}

int
session_begin(struct session *s, struct flow *f, struct err *e)
{
	const struct config *c = f->config;
	const char *from = "BAO_TOKEN";

	s->is_own = c->set[CONF_ROLE].from != FROM_DEFAULT || c->set[CONF_TYPE].from != FROM_DEFAULT || c->path_n;
	if (s->is_own) {
		if (auth_login(&s->auth, f, e) < 0)
			return -1;
		s->token = s->auth.secret.token;
		log_text(LOG_DEBUG, "token: of a login");
		return s->token.len ? 0 : err_set(e, ERR_INPUT, CAUSE_USE, "the login's answer is wrapped, and the token in it out of reach");
	}
	s->token = conf_env(c, from);
	if (!s->token.len)
		s->token = conf_env(c, from = "VAULT_TOKEN");
	if (!s->token.len) {
		from = "~/.vault-token";
		if (read_file(s, f, e) < 0)
			return -1;
	}
	log_text(LOG_DEBUG, "token: of %s", from);
	return str_is_visible(s->token) && s->token.len <= SESSION_TOKEN_MAX ? 0 :
	    err_set(e, ERR_INPUT, CAUSE_USE, "%s is no token: empty, too long, or with a byte that is not visible ascii", from);
}

void
session_note(struct session *s, const struct vault_secret *answer)
{
	struct json id;
	struct err ignored;	/* a lease that cannot be told is one */

	s->is_kept |= answer->token.len || answer->wrapping_token.len || json_get(answer->root, "lease_id", &id, &ignored) < 0 ||
	    (json_type(id) > JSON_NULL && id.text.len > 2);
}

void
session_end(struct session *s, struct flow *f)
{
	struct self m = { .vault = &f->config->vault, .token = s->token, .what = SELF_REVOKE };
	struct token_grant grant;
	struct err e;

	if (!s->is_own || !s->token.len)
		return;
	if (!s->is_kept) {
		f->deadline = tick_after(clock_now(), SELF_REVOKE_WITHIN_MS);
		if (flow_run(f, self_step, &m, &e) < 0)
			log_text(LOG_WARN, "the token is not revoked, and ends by itself: %s", e.line);
	} else if (self_read_auth(&grant, &s->auth.secret, &e) == 0) {
		log_text(LOG_WARN, "the token is not revoked: it lives for %llds", (long long)grant.lease_s);
	}
}
