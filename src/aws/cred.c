/* aws/cred.c: one set of AWS credentials, the variables that name its sources, and how it reads in JSON. */
/* SPDX-License-Identifier: MIT */
#include "aws/cred.h"

#include "data/date.h"

#include <string.h>

const char cred_names[] =
#define CRED_NAMES_OF(key, name, older) name "\0" older "\0"
    CRED_VARIABLES(CRED_NAMES_OF);

const char *
cred_name(enum cred_var var)
{
	return str_nth(cred_names, 2 * (unsigned)var);
}

int
cred_from_env(struct cred *out, const struct cred_env *env, struct err *e)
{
	const char *id = cred_name(CRED_ID), *secret = cred_name(CRED_SECRET);
	const struct str *v = env->var;

	if (!v[CRED_ID].len && !v[CRED_SECRET].len)
		return err_set(e, ERR_ABSENT, CAUSE_CREDENTIALS, "%s and %s are not set", id, secret);
	if (!v[CRED_ID].len || !v[CRED_SECRET].len)
		return err_set(e, ERR_INPUT, CAUSE_CREDENTIALS, "half a pair of aws credentials: %s is not set", v[CRED_ID].len ? secret : id);
	for (enum cred_var i = CRED_ID; i <= CRED_TOKEN; i++)
		if (v[i].len && !str_is_visible(v[i]))
			return err_set(e, ERR_INPUT, CAUSE_USE, "%s holds a byte that is not visible ascii", cred_name(i));
	*out = (struct cred){ v[CRED_ID], v[CRED_SECRET], v[CRED_TOKEN], CRED_FOREVER };
	return 0;
}

int
cred_bool(const struct cred_env *env, enum cred_var var, bool *out, struct err *e)
{
	struct str v = env->var[var];

	*out = str_eq_nocase(v, S("true"));
	return *out || !v.len || str_eq_nocase(v, S("false")) ? 0 :
	    err_set(e, ERR_INPUT, CAUSE_USE, "%s is neither true nor false", cred_name(var));
}

int
cred_get_string(struct str *out, struct json object, const char *key, struct arena *a, struct err *e)
{
	struct json v;

	*out = S("");
	if (json_get(object, key, &v, e) < 0)
		return -1;
	if (json_type(v) == JSON_NONE || json_type(v) == JSON_NULL)
		return 0;
	return json_string(v, a, out, e) < 0 ? err_in(e, "%s", key) : 0;
}

int
cred_parse_json(struct cred *out, struct str body, enum cred_json spelling, struct arena *a, struct err *e)
{
	/* Id, secret, token and expiration, in the order of enum cred_json. */
	const char *key = str_nth("AccessKeyId\0SecretAccessKey\0Token\0Expiration\0"
	    "AccessKeyId\0SecretAccessKey\0SessionToken\0Expiration\0"
	    "accessKeyId\0secretAccessKey\0sessionToken\0expiration", 4 * (unsigned)spelling);
	struct json root;
	struct str value[4];

	if (json_parse(&root, body, e) < 0 || (spelling == CRED_JSON_IOT && json_get(root, "credentials", &root, e) < 0))
		goto fail;
	for (unsigned i = 0; i < 4; i++, key = str_next(key)) {
		if (cred_get_string(&value[i], root, key, a, e) < 0)
			goto fail;
		if (i < 3 && (i < 2 || value[i].len) && !str_is_visible(value[i])) {
			err_set(e, ERR_PEER, CAUSE_CREDENTIALS, value[i].len ? "%s holds a byte that is not visible ascii" : "%s is missing", key);
			goto fail;
		}
	}
	*out = (struct cred){ value[0], value[1], value[2], CRED_FOREVER };
	if (value[3].len && !date_parse_rfc3339(value[3], &out->expires_s)) {
		err_set(e, ERR_PEER, CAUSE_CREDENTIALS, "its expiration is not a time");
		goto fail;
	}
	return 0;
fail:
	if (e->cause != CAUSE_MEMORY)
		e->cause = CAUSE_CREDENTIALS;
	return -1;
}

struct str
cred_show(struct str words, struct str secret)
{
	words = str_cut(&words, '\n');
	words = str_part(str_trim(str_cut(&words, '\r')), 0, CRED_WORDS_MAX);
	if ((words.len && memchr("<{[\"", *words.at, 4)) || !str_is_printable(words))
		return S("");
	for (size_t i = 0; i < secret.len && (!i || i + CRED_ECHO_MIN <= secret.len); i++)
		if (str_find(words, str_part(secret, i, i + CRED_ECHO_MIN)) != SIZE_MAX)
			return S("");
	return words;
}

struct str
cred_words(struct str body, struct str secret, struct arena *a)
{
	struct json root;
	struct str words = body;
	struct err ignored;	/* what is not JSON is text */

	if (json_parse(&root, body, &ignored) == 0 &&
	    (cred_get_string(&words, root, "message", a, &ignored) < 0 || !words.len) &&
	    cred_get_string(&words, root, "Message", a, &ignored) < 0)
		return S("");
	return cred_show(words, secret);
}

int
cred_no_answer(const struct answer *in, struct err *e)
{
	*e = *in->err;
	e->cause = CAUSE_CREDENTIALS;
	if (e->code == ERR_ABSENT)
		e->code = ERR_RETRY;
	return -1;
}

int
cred_check_answer(const struct answer *in, struct str secret, struct arena *a, struct err *e)
{
	struct str words;

	if (in->how != ANSWER_OK)
		return cred_no_answer(in, e);
	if (in->status == 200)
		return 0;
	words = cred_words(in->body, secret, a);
	return err_set(e, in->status == 429 || in->status >= 500 ? ERR_RETRY : ERR_DENIED, CAUSE_CREDENTIALS, "answer %d%s%.*s",
	    in->status, words.len ? ": " : "", STR(words));
}
