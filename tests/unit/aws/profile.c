/* tests/unit/aws/profile.c: what profiles come to: pairs of files that botocore has read as well; settings; every mutation of a chain. */
/* SPDX-License-Identifier: MIT */
#include "aws/profile.h"

#include "data/json.h"
#include "tests/memory.h"
#include "tests/mutate.h"
#include "tests/tap.h"

#define VECTORS "tests/vectors/profile.json"

static char memory[1 << 16];
static struct arena arena = { .at = memory, .cap = sizeof memory };

static struct str
text(struct json object, const char *key)
{
	struct json v;
	struct str s = S("");
	struct err e;

	if (json_get(object, key, &v, &e) < 0 || json_string(v, &arena, &s, &e) < 0)
		ok(false, "%s", key);
	return s;
}

/* Characters up to U+00FF for the bytes that they are, in place. */
static struct str
bytes_of(struct str s)
{
	char *to = (char *)(uintptr_t)s.at;
	int32_t c;

	for (struct str rest = s; (c = json_next_utf8(&rest)) >= 0;)
		*to++ = (char)c;
	return (struct str){ s.at, (size_t)(to - s.at) };
}

/* As tests/vectors/profile.py says it. */
static struct str
describe(struct str config, struct str credentials, struct str profile)
{
	static char line[4096];
	const struct profile_file file[2] = { { S("/h/config"), config }, { S("/h/credentials"), credentials } };
	struct buf b = BUF(line);
	struct profile_plan p;
	unsigned n;
	struct err e;

	if (profile_resolve(&p, file, profile, &e) < 0) {
		buf_fmt(&b, "%s %s", e.code == ERR_INPUT ? "INPUT" : e.code == ERR_ABSENT ? "ABSENT" : "?", e.line);
		return buf_str(&b);
	}
	n = p.role_n;
	switch (p.base) {
	case PROFILE_KEYS:
		buf_fmt(&b, "keys %.*s %.*s%s%.*s", STR(p.keys.id), STR(p.keys.secret), p.keys.token.len ? " " : "", STR(p.keys.token));
		break;
	case PROFILE_PROCESS:
		buf_fmt(&b, "process %.*s", STR(p.command));
		break;
	case PROFILE_WEB:
		buf_fmt(&b, "web %.*s", STR(p.token_file));
		break;
	case PROFILE_ENVIRONMENT:
		buf_fmt(&b, "environment");
		break;
	case PROFILE_CONTAINER:
		buf_fmt(&b, "container");
		break;
	case PROFILE_INSTANCE:
		buf_fmt(&b, "instance");
		break;
	}
	while (n-- > 0) {
		const struct profile_role *r = &p.role[n];

		buf_fmt(&b, " | role %.*s%s%.*s%s%.*s", STR(r->param[STS_ROLE_ARN]), r->param[STS_EXTERNAL_ID].len ? " ExternalId=" : "", STR(r->param[STS_EXTERNAL_ID]),
		    r->param[STS_DURATION].len ? " DurationSeconds=" : "", STR(r->param[STS_DURATION]));
	}
	return buf_str(&b);
}

static void
run_vectors(void)
{
	struct json all, one, none;
	size_t cursor = 0;
	struct err e;
	int n = 0;

	if (!ok(json_parse(&all, memory_file(VECTORS), &e) == 0, VECTORS))
		return;
	for (; json_each(all, &cursor, &none, &one); n++) {
		struct str config, credentials, name;

		arena_wipe(&arena);
		name = text(one, "name");
		config = bytes_of(text(one, "config"));
		credentials = bytes_of(text(one, "credentials"));
		is_str(describe(config, credentials, text(one, "profile")), text(one, "want"), "%.*s", STR(name));
	}
	ok(n >= 95, "%d pairs", n);
}

#define CONFIG \
	"[profile web]\nrole_arn = arn:aws:iam::1:role/a\nrole_session_name = me\nsource_profile = base\nregion = eu-west-1\n" \
	"use_fips_endpoint = true\nuse_dualstack_endpoint = false\nendpoint_url = http://127.0.0.1:1\nservices = local\n" \
	"[services other]\nsts =\n  endpoint_url = http://127.0.0.1:9\n[services local]\nsts =\n  endpoint_url = http://127.0.0.1:2\n" \
	"s3 =\n  endpoint_url = http://127.0.0.1:3\n[profile base]\nregion = us-east-1\nendpoint_url = http://127.0.0.1:4\n"
#define CREDENTIALS "[base]\naws_access_key_id = AKIA1\naws_secret_access_key = canary1\naws_session_token = canary2\n"

/* Settings are the profile's own, not its source's. */
static void
run_settings(void)
{
	struct profile_file file[2] = { { S("/h/config"), S(CONFIG) }, { S("/h/credentials"), S(CREDENTIALS) } };
	struct profile_plan p;
	struct err e;

	if (!ok(profile_resolve(&p, file, S("web"), &e) == 0, "a profile with settings"))
		return;
	is_str(p.setting[PROFILE_REGION], S("eu-west-1"), "its region");
	is_str(p.setting[PROFILE_STS_ENDPOINT], S("http://127.0.0.1:2"), "the endpoint of its services");
	is_str(p.setting[PROFILE_FIPS], S("true"), "fips");
	is_str(p.setting[PROFILE_DUALSTACK], S("false"), "dual-stack");
	is_int(p.role_n, 1, "one role");
	is_str(p.role[0].profile, S("web"), "whose it is");
	is_str(p.role[0].param[STS_SESSION], S("me"), "its session");
	ok(p.keys.expires_s == CRED_FOREVER, "keys of a file last");
	file[1].text = S("[web]\nregion = eu-west-2\nendpoint_url = http://127.0.0.1:5\n");
	file[0].text = S("[profile web]\nregion = eu-west-1\nuse_fips_endpoint = true\n");
	ok(profile_resolve(&p, file, S("web"), &e) < 0 && e.code == ERR_ABSENT, "settings alone are no credentials");
	is_str(p.setting[PROFILE_REGION], S("eu-west-2"), "and there all the same; the credentials file wins");
	is_str(p.setting[PROFILE_STS_ENDPOINT], S("http://127.0.0.1:5"), "its endpoint");
	is_str(p.setting[PROFILE_FIPS], S("true"), "key by key");
	ok(profile_resolve(&p, file, S("other"), &e) < 0 && e.code == ERR_ABSENT && !p.setting[PROFILE_REGION].len, "nothing of another profile");
}

/* A plan in bounds, or one printable line without a secret. */
static bool
is_sound(struct str config, struct str credentials)
{
	const struct profile_file file[2] = { { S("/h/config"), config }, { S("/h/credentials"), credentials } };
	struct profile_plan p;
	struct err e;

	if (profile_resolve(&p, file, S("web"), &e) < 0)
		return (e.code == ERR_INPUT || e.code == ERR_ABSENT) && e.cause == CAUSE_CREDENTIALS && str_is_printable(str_of(e.line)) &&
		    str_find(str_of(e.line), S("canary")) == SIZE_MAX;
	return p.role_n <= PROFILE_ROLES && (p.base != PROFILE_KEYS || (str_is_visible(p.keys.id) && str_is_visible(p.keys.secret)));
}

static bool
is_config_sound(struct str input, void *arg)
{
	(void)arg;
	return is_sound(input, S(CREDENTIALS));
}

static bool
are_credentials_sound(struct str input, void *arg)
{
	(void)arg;
	return is_sound(S(CONFIG), input);
}

int
main(void)
{
	run_vectors();
	run_settings();
	is_int(mutate_cut(S(CONFIG), is_config_sound, NULL), 0, "config cut at every byte");
	is_int(mutate_flip(S(CONFIG), is_config_sound, NULL), 0, "config, every bit flipped");
	is_int(mutate_cut(S(CREDENTIALS), are_credentials_sound, NULL), 0, "credentials cut at every byte");
	is_int(mutate_flip(S(CREDENTIALS), are_credentials_sound, NULL), 0, "credentials, every bit flipped");
	return tap_end();
}
