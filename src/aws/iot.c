/* aws/iot.c: credentials from AWS IoT Core's credential provider, by a device's certificate, as a step machine. */
/* SPDX-License-Identifier: MIT */
#include "aws/iot.h"

#include "aws/region.h"
#include "data/http.h"
#include "data/uri.h"

static int
check_endpoint(struct str value, struct err *e)
{
	char text[300];
	struct buf url = BUF(text);
	struct uri uri;

	buf_fmt(&url, "https://%.*s/", STR(value));
	if (url.full)
		return err_set(e, ERR_INPUT, CAUSE_USE, "is too long");
	if (uri_parse(&uri, buf_str(&url), e) < 0)
		return -1;
	if (uri.host.kind != HOST_DNS || uri.path.len != 1)
		return err_set(e, ERR_INPUT, CAUSE_USE, "is not the name of a host");
	if (region_is_aws_host(uri.host.name) && str_find(value, S(".credentials.")) == SIZE_MAX)
		return err_set(e, ERR_INPUT, CAUSE_USE, "is another endpoint of AWS's, which gives no credentials");
	return 0;
}

int
iot_check(enum iot_key key, struct str value, struct err *e)
{
	struct str rest = value;

	if (!value.len)
		return err_set(e, ERR_INPUT, CAUSE_USE, "is empty");
	switch (key) {
	case IOT_ENDPOINT:
		if (check_endpoint(value, e) == 0)
			return 0;
		return err_hint(e, "aws iot describe-endpoint --endpoint-type iot:CredentialProvider tells it");
	case IOT_ROLE_ALIAS:
	case IOT_THING_NAME:
		while (str_span(&rest, STR_WORD) + str_span(&rest, "=,@:"))
			;
		if (!rest.len && value.len <= IOT_NAME_MAX && str_find_c(value, '.') == SIZE_MAX)
			return 0;
		return err_set(e, ERR_INPUT, CAUSE_USE, "is not 1 to %d of a-z, A-Z, 0-9 and _ - = , @ :", IOT_NAME_MAX);
	case IOT_CERT:
	case IOT_KEY:
	case IOT_CA:
	case IOT_KEYS:
		break;
	}
	return str_find_c(value, 0) == SIZE_MAX ? 0 : err_set(e, ERR_INPUT, CAUSE_USE, "holds a zero byte");
}

static enum step
ask_file(struct iot *m, enum iot_key key, struct ask *out)
{
	*out = (struct ask){ .kind = ASK_FILE, .file = { .path = m->config[key], .max = IOT_FILE_MAX, .secret = key == IOT_KEY } };
	m->state = key == IOT_KEY ? IOT_KEY_READ : IOT_CERT_READ;
	return STEP_ASK;
}

static enum step
ask_credentials(struct iot *m, struct ask *out, struct arena *a, struct err *e)
{
	const struct str *c = m->config;
	struct buf url = arena_buf(a, 64 + c[IOT_ENDPOINT].len + c[IOT_ROLE_ALIAS].len);

	buf_fmt(&url, "https://%.*s/role-aliases/%.*s/credentials", STR(c[IOT_ENDPOINT]), STR(c[IOT_ROLE_ALIAS]));
	if (url.full)
		return arena_err(e);
	*out = (struct ask){ .kind = ASK_HTTP, .http = {
		.peer = PEER_AWS,
		.method = S("GET"),
		.url = buf_str(&url),
		.head = { { S("x-amzn-iot-thingname"), c[IOT_THING_NAME] } },
		.head_n = c[IOT_THING_NAME].len > 0,
		.body_max = IOT_BODY_MAX,
		.within_ms = IOT_WITHIN_MS,
		.ca = c[IOT_CA],
		.identity = &m->identity,
	} };
	m->state = IOT_ASKED;
	return STEP_ASK;
}

/* One of both files. */
static enum step
take_file(struct iot *m, const struct answer *in, struct ask *out, struct arena *a, struct err *e)
{
	if (in->how != ANSWER_OK) {
		cred_no_answer(in, e);
	} else if (m->state == IOT_CERT_READ) {
		m->cert = in->body;
		return ask_file(m, IOT_KEY, out);
	} else if (identity_read(&m->identity, m->cert, in->body, a, e) == 0) {
		return ask_credentials(m, out, a, e);
	}
	if (e->cause != CAUSE_MEMORY)
		e->cause = CAUSE_CREDENTIALS;
	return STEP_FAIL;
}

/* AWS's words, and what to do about them. */
static const char hints[] =
	"ccess Denied\0" "the certificate must be active, and its policy allow iot:AssumeRoleWithCertificate\0"
	"nvalid thing name\0" "thing_name must be one that the certificate is attached to, or left out\0"
	"invalid on this endpoint\0" "the certificate is of another account or region\0"
	"ole alias does not exist\0" "role_alias must be one of the endpoint's account and region\0"
	"nable to assume the role\0" "the alias's role must exist, and trust credentials.iot.amazonaws.com\0"
	"DurationSeconds\0" "the alias's duration is longer than its role's MaxSessionDuration\0";

static enum step
take_answer(struct iot *m, const struct answer *in, struct arena *a, struct err *e)
{
	struct str kind;

	if (cred_check_answer(in, S(""), a, e) == 0) {
		if (cred_parse_json(&m->cred, in->body, CRED_JSON_IOT, a, e) == 0)
			return STEP_DONE;
		e->code = ERR_RETRY;
		return STEP_FAIL;
	}
	if (in->how != ANSWER_OK)
		return STEP_FAIL;
	for (const char *hint = hints; *hint; hint = str_next(str_next(hint)))
		if (str_find(str_of(e->line), str_of(hint)) != SIZE_MAX)
			err_hint(e, "%s", str_next(hint));
	kind = http_field_get(in->head, in->head_n, "x-amzn-ErrorType", NULL);
	kind = cred_show(str_cut(&kind, ':'), S(""));	/* a URL may follow */
	if (kind.len)
		err_in(e, "%.*s", STR(kind));
	return STEP_FAIL;
}

enum step
iot_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e)
{
	struct iot *m = machine;
	enum step s = STEP_FAIL;

	switch (m->state) {
	case IOT_START:
		s = ask_file(m, IOT_CERT, out);
		break;
	case IOT_CERT_READ:
	case IOT_KEY_READ:
		s = take_file(m, in, out, env->arena, e);
		break;
	case IOT_ASKED:
		s = take_answer(m, in, env->arena, e);
		break;
	}
	if (s == STEP_FAIL)
		err_in(e, "iot credentials");
	return s;
}
