/* vault/wrap.c: a wrapping token as a sink holds it: made of a token, as a step machine, or taken from a login's answer. */
/* SPDX-License-Identifier: MIT */
#include "vault/wrap.h"

#include "data/date.h"
#include "vault/login.h"
#include "vault/show.h"

int
wrap_add_line(struct buf *out, const struct vault_secret *s, int64_t *ttl_s, struct err *e)
{
	struct jsonw w = { .out = out };
	struct json ttl, made;
	int64_t for_s, at_s;

	if (!s->wrapping_token.len)
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: vault wrapped nothing");
	if (show_part(&w, s, VAULT_WRAP, e) < 0 || json_get(s->wrap_info, "ttl", &ttl, e) < 0 ||
	    json_get(s->wrap_info, "creation_time", &made, e) < 0)
		return err_in(e, "answer: wrap_info");
	if (json_i64(ttl, &for_s, e) < 0 || !for_s || for_s > UINT32_MAX || !date_parse_rfc3339(str_part(made.text, 1, made.text.len - 1), &at_s))
		return err_set(e, ERR_PEER, CAUSE_ANSWER, "answer: wrap_info has no ttl, or no creation_time");
	buf_add_c(out, '\n');
	if (ttl_s)
		*ttl_s = for_s;
	return out->full ? err_set(e, ERR_LIMIT, CAUSE_LIMIT, "answer: wrap_info is too long") : 0;
}

static enum step
ask_wrapping(struct wrap *m, struct ask *out, struct arena *a, struct err *e)
{
	struct vault vault = *m->vault;
	struct buf body = arena_buf(a, 6 * m->token.len + 16);	/* 6: an escape is as long, at most */
	struct jsonw w = { .out = &body };

	vault.wrap_ttl_s = m->ask_ttl_s;
	jsonw_open(&w, '{');
	jsonw_key(&w, "token");
	jsonw_str(&w, m->token);
	jsonw_close(&w, '}');
	if (body.full)
		return arena_err(e), STEP_FAIL;
	arena_trim(a, &body);
	if (vault_ask(out, &vault, S("PUT"), S("sys/wrapping/wrap"), buf_str(&body), a, e) < 0)
		return STEP_FAIL;
	out->http.within_ms = WRAP_WITHIN_MS;
	out->http.body_max = WRAP_BODY_MAX;
	out->http.head[out->http.head_n++] = (struct http_field){ S("X-Vault-Token"), m->token };
	return STEP_ASK;
}

enum step
wrap_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct wrap *m = machine;
	const struct str hide[] = { m->token, S("") };
	struct vault_secret secret;
	struct buf line;

	if (!m->is_asked) {
		m->is_asked = true;
		return ask_wrapping(m, out, env->arena, e);
	}
	if (vault_check(in, hide, env->arena, e) == 0 && vault_parse_secret(&secret, in->body, env->arena, e) == 0) {
		line = arena_buf(env->arena, WRAP_LINE_MAX);
		if (wrap_add_line(&line, &secret, &m->ttl_s, e) == 0) {
			m->line = buf_str(&line);
			return STEP_DONE;
		}
	}
	login_err_in(m->vault, e);
	return STEP_FAIL;
}
