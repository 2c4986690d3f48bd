/* crypto/x509.c: decides whether a server's certificates prove its name. */
/* SPDX-License-Identifier: MIT */
#include "crypto/x509.h"

#include "data/date.h"

#include <string.h>

#define SHOWN_NAMES 160	/* bytes of a server's names in a hint; the rest is counted */

/* A path through the chain: places in x->cert, the server's own first. */
struct path {
	uint8_t at[X509_CERTS];
	unsigned n;
	unsigned orders;	/* tried so far */
};

/* A certificate as the subject of a sentence. The bytes are as they came: err_set escapes them. */
struct who {
	char at[160];		/* cert_format_dn gives 110 at most */
	struct str text;
};

/* Keep why the chain is refused, and BearSSL's number for it. Returns -1. */
#define fail(x, number, ...) ((x)->code = (number), err_set(&(x)->err, ERR_PEER, CAUSE_TLS, __VA_ARGS__))

/* --- Sentences. */

/* `prefix "CN=x"`. */
static struct str
who_named(struct who *w, const char *prefix, struct str dn)
{
	struct buf b = BUF(w->at);

	buf_fmt(&b, "%s \"", prefix);
	cert_format_dn(&b, dn);
	buf_fmt(&b, "\"");
	return w->text = buf_str(&b);
}

/* The i-th certificate of the chain as it was sent. */
static struct str
who_sent(struct who *w, const struct x509 *x, unsigned i)
{
	return i ? who_named(w, "CA certificate", x->cert[i].subject) : S("certificate");
}

static int
say_key(struct x509 *x, struct str who, enum cert_key kind, unsigned bits)
{
	static const char *const what[] = {
		[CERT_KEY_CURVE] = "an EC key on a curve other than P-256, P-384 and P-521",
		[CERT_KEY_PSS] = "an RSA-PSS key",
		[CERT_KEY_ED25519] = "an Ed25519 key",
		[CERT_KEY_KIND] = "a key of an unknown kind",
		[CERT_KEY_BROKEN] = "a broken key",
	};

	if (bits)
		return fail(x, BR_ERR_X509_WEAK_PUBLIC_KEY, "%.*s has an RSA key of %u bits, and only 2048 to 4096 can be used", STR(who),
			bits);
	return fail(x, BR_ERR_X509_UNSUPPORTED, "%.*s has %s, which cannot be used", STR(who), what[kind]);
}

static int
say_date(struct x509 *x, struct str who, bool expired, int64_t bound_s)
{
	char text[64];
	struct buf b = BUF(text);

	date_format_rfc3339(&b, bound_s);
	x->code = BR_ERR_X509_EXPIRED;
	buf_fmt(&b, ", and it is now ");
	date_format_rfc3339(&b, x->config.now_s);
	err_set(&x->err, ERR_PEER, CAUSE_CLOCK, "%.*s %s %.*s", STR(who), expired ? "expired on" : "is not valid before",
		STR(buf_str(&b)));
	return err_hint(&x->err, "if that is not the time, set the clock; else another certificate is needed");
}

/* What makes a CA useless, be it sent or trusted. */
static int
say_use(struct x509 *x, struct str who, const struct trust_anchor *a)
{
	switch (a->use) {
	case TRUST_CONSTRAINED:
		return fail(x, BR_ERR_X509_CRITICAL_EXTENSION, "%.*s limits the names that it signs for (name constraints), which cannot be "
			"checked yet", STR(who));
	case TRUST_PURPOSE:
		return fail(x, BR_ERR_X509_FORBIDDEN_KEY_USAGE, "%.*s is not meant for servers (extended key usage)", STR(who));
	case TRUST_KEY:
		return say_key(x, who, a->key_kind, a->key_bits);
	case TRUST_EARLY:
		return say_date(x, who, false, a->from_s);
	case TRUST_EXPIRED:
		return say_date(x, who, true, a->until_s);
	case TRUST_CRITICAL:
	case TRUST_USABLE:
		break;
	}
	return fail(x, BR_ERR_X509_CRITICAL_EXTENSION, "%.*s has a critical extension that is not known here", STR(who));
}

/* Append a name of a subjectAltName for people; false for kinds that a server cannot be asked for by. */
static bool
add_name(struct buf *b, enum cert_name kind, struct str value)
{
	const unsigned char *ip = (const unsigned char *)value.at;

	if (kind != CERT_NAME_IP)
		buf_add_str(b, value);
	else if (value.len == 4)
		buf_fmt(b, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
	else	/* 16 bytes: cert_next_name */
		for (unsigned i = 0; i < 16; i += 2)
			buf_fmt(b, "%s%x", i ? ":" : "", ip[i] * 256u + ip[i + 1]);
	return kind != CERT_NAME_OTHER;
}

/* The server is someone else: who, and under which names it could be asked. */
static int
say_names(struct x509 *x)
{
	char first[X509_NAME], all[SHOWN_NAMES];
	struct buf one = BUF(first), list = BUF(all);
	struct str san = x->cert[0].san, value;
	enum cert_name kind;
	unsigned n = 0, hidden = 0;

	while (cert_next_name(&san, &kind, &value)) {
		char text[X509_NAME];
		struct buf b = BUF(text);

		if (!add_name(&b, kind, value) || b.full)	/* a name that is too long is no host's */
			continue;
		if (!n++)
			buf_add_str(&one, buf_str(&b));
		if (b.len + 2 > list.cap - list.len)
			hidden++;
		else
			buf_fmt(&list, "%s%.*s", list.len ? ", " : "", STR(buf_str(&b)));
	}
	if (!n)
		return fail(x, BR_ERR_X509_BAD_SERVER_NAME, "certificate names neither a host nor an address");
	if (str_eq(buf_str(&one), x->config.host.name))
		return fail(x, BR_ERR_X509_BAD_SERVER_NAME, "certificate has \"%.*s\" as a name, not as an address", STR(buf_str(&one)));
	fail(x, BR_ERR_X509_BAD_SERVER_NAME, "certificate is for \"%.*s\", not \"%.*s\"", STR(buf_str(&one)), STR(x->config.host.name));
	if (hidden)
		return err_hint(&x->err, "the server's names are %.*s and %u more; use one of them, or -tls-server-name", STR(buf_str(&list)),
			hidden);
	return err_hint(&x->err, n > 1 ? "the server's names are %.*s; use one of them, or -tls-server-name" :
		"the server's name is %.*s; use it, or -tls-server-name", STR(buf_str(&list)));
}

/* Whether an anchor allows as many certificates below it as it would have, being the issuer of one in the path. */
static bool
allows_depth(const struct x509 *x, const struct path *p, const struct trust_anchor *a)
{
	for (unsigned depth = 0; depth < p->n; depth++)
		if (str_eq(x->cert[p->at[depth]].issuer, a->subject) && depth > a->path_max)
			return false;
	return true;
}

/* A trusted certificate that has the right name for this path; NULL when none has. */
static const struct trust_anchor *
find_namesake(const struct x509 *x, const struct path *p)
{
	for (unsigned i = 0; i < x->trust.anchor_n; i++) {
		const struct trust_anchor *a = &x->trust.anchor[i];

		if (str_eq(a->subject, x->cert[0].subject))
			return a;
		for (unsigned depth = 0; depth < p->n; depth++)
			if (str_eq(a->subject, x->cert[p->at[depth]].issuer))
				return a;
	}
	return NULL;
}

/* The path ends in nobody that is trusted. */
static int
say_untrusted(struct x509 *x, const struct path *p)
{
	const struct cert *last = &x->cert[p->at[p->n - 1]];
	const struct trust_anchor *a = find_namesake(x, p);
	struct who w;

	if (a) {
		bool is_ca = a->anchor.flags & BR_X509_TA_CA;
		struct str who = who_named(&w, is_ca ? "trusted CA" : "trusted certificate", a->subject);

		if (a->use != TRUST_USABLE)
			return say_use(x, who, a);
		return fail(x, BR_ERR_X509_NOT_TRUSTED, "%.*s %s", STR(who), !is_ca ? "is no CA, and not the server's own" :
			!allows_depth(x, p, a) ? "does not allow a chain this long" : "has not signed this chain, which names it");
	}
	if (p->n == 1 && last->is_self_issued)
		fail(x, BR_ERR_X509_NOT_TRUSTED, "certificate is self-signed and not trusted");
	else if (last->is_self_issued)
		fail(x, BR_ERR_X509_NOT_TRUSTED, "%.*s is sent but not trusted", STR(who_named(&w, "root", last->subject)));
	else
		fail(x, BR_ERR_X509_NOT_TRUSTED, "%.*s is neither sent nor trusted", STR(who_named(&w, "issuer", last->issuer)));
	if (x->trust.skipped_n)
		return err_hint(&x->err, "name a file that holds its certificate with -ca-cert (of those given, %u could not be decoded, the "
			"first in line %u)", x->trust.skipped_n, x->trust.skipped_line);
	return err_hint(&x->err, "name a file that holds its certificate with -ca-cert");
}

/* Why BearSSL refused the certificate at p->at[depth]. */
static int
say_refused(struct x509 *x, const struct path *p, unsigned depth, int code)
{
	const struct cert *c = &x->cert[p->at[depth]];
	struct who w, issuer;
	struct str who = who_sent(&w, x, p->at[depth]);
	br_x509_pkey key;
	unsigned bits;
	enum cert_key kind = cert_get_key(c, &key, &bits);

	switch (code) {
	case BR_ERR_X509_NOT_TRUSTED:
		return say_untrusted(x, p);
	case BR_ERR_X509_BAD_SERVER_NAME:
		return say_names(x);
	case BR_ERR_X509_EXPIRED:
		return x->config.now_s < c->from_s ? say_date(x, who, false, c->from_s) : say_date(x, who, true, c->until_s);
	case BR_ERR_X509_CRITICAL_EXTENSION:
		if (c->has_critical_usage)
			return fail(x, code, "%.*s has a critical extended key usage, which cannot be checked yet", STR(who));
		return say_use(x, who, &(struct trust_anchor){ .use = c->has_critical_constraints ? TRUST_CONSTRAINED : TRUST_CRITICAL });
	case BR_ERR_X509_NOT_CA:
		return fail(x, code, "%.*s is %s", STR(who), c->is_ca ? "not for a chain this long" : "no CA, but has signed another");
	case BR_ERR_X509_FORBIDDEN_KEY_USAGE:
		return fail(x, code, "%.*s must not be used for this (key usage)", STR(who));
	case BR_ERR_X509_BAD_SIGNATURE:
	case BR_ERR_X509_WRONG_KEY_TYPE:
		if (depth)
			return fail(x, code, "%.*s is not signed by %.*s", STR(who_sent(&w, x, p->at[depth - 1])),
				STR(who_named(&issuer, "its issuer", c->subject)));
		break;
	}
	if (kind != CERT_KEY_OK)
		return say_key(x, who, kind, bits);
	if (cert_unverifiable(c))
		return fail(x, code, "%.*s is signed with %s, which cannot be verified", STR(who), cert_unverifiable(c));
	return fail(x, code, "%.*s is refused (code %d of the validator)", STR(who), code);
}

/* --- The decision. */

/* Run BearSSL's validator along a path. 0, or its error, and *depth says at which certificate. */
static int
run_minimal(struct x509 *x, const struct path *p, unsigned *depth)
{
	br_x509_minimal_context *m = &x->minimal;
	unsigned anchor_n = 0;
	uint32_t days, second;

	for (unsigned i = 0; i < x->trust.anchor_n; i++)
		if (x->trust.anchor[i].use == TRUST_USABLE && allows_depth(x, p, &x->trust.anchor[i]))
			x->anchor[anchor_n++] = x->trust.anchor[i].anchor;
	br_x509_minimal_init(m, &br_sha256_vtable, x->anchor, anchor_n);
	br_x509_minimal_set_hash(m, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(m, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(m, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_rsa(m, br_rsa_i31_pkcs1_vrfy);
	br_x509_minimal_set_ecdsa(m, &br_ec_all_m31, br_ecdsa_i31_vrfy_asn1);
	br_x509_minimal_set_minrsa(m, X509_RSA_BITS / 8);
	date_to_days(x->config.now_s, &days, &second);
	br_x509_minimal_set_time(m, days, second);

	m->vtable->start_chain(&m->vtable, x->name[0] ? x->name : NULL);
	for (*depth = 0; *depth < p->n; ++*depth) {
		struct str der = x->cert[p->at[*depth]].whole;

		m->vtable->start_cert(&m->vtable, (uint32_t)der.len);
		m->vtable->append(&m->vtable, (const unsigned char *)der.at, der.len);
		m->vtable->end_cert(&m->vtable);
		if (m->err == BR_ERR_X509_OK)
			return 0;
		if (m->err)
			return m->err;
	}
	--*depth;
	return BR_ERR_X509_NOT_TRUSTED;
}

/* What BearSSL accepted up to `depth`, and we do not. Here is only taken away from what is trusted, never added. */
static int
check_used(struct x509 *x, const struct path *p, unsigned depth)
{
	struct who w;

	for (unsigned i = 1; i <= depth; i++) {
		const struct cert *c = &x->cert[p->at[i]];
		enum trust_use use = c->has_constraints ? TRUST_CONSTRAINED : c->may_be_server ? TRUST_USABLE : TRUST_PURPOSE;

		if (use != TRUST_USABLE)
			return say_use(x, who_sent(&w, x, p->at[i]), &(struct trust_anchor){ .use = use });
	}
	if (!(x->minimal.key_usages & BR_KEYTYPE_SIGN))	/* every suite that we offer has the server sign */
		return fail(x, BR_ERR_X509_FORBIDDEN_KEY_USAGE, "certificate must not be used to sign (key usage)");
	return 0;
}

/* True: trusted. Else the sentence is kept; but one about a signature is the least, since a path that does not belong together
   always ends so. */
static bool
try_order(struct x509 *x, struct path *p)
{
	bool first = !p->orders++;
	unsigned depth;
	int code = run_minimal(x, p, &depth);

	if (code) {
		if (first || x->code == BR_ERR_X509_BAD_SIGNATURE)
			say_refused(x, p, depth, code);
		return false;
	}
	if (check_used(x, p, depth) < 0)
		return false;
	x->key = x->minimal.pkey;
	x->usages = x->minimal.key_usages;
	x->code = 0;
	return true;
}

static bool
is_in(const struct x509 *x, const struct path *p, unsigned i)
{
	for (unsigned k = 0; k < p->n; k++)
		if (str_eq(x->cert[p->at[k]].whole, x->cert[i].whole))
			return true;
	return false;
}

/* Go on from the end of the path to each certificate that may be its issuer, those that are not self-issued first: a root that
   was sent leads nowhere. Try the path where it ends. As deep as the chain is long, X509_CERTS at most. */
static bool
walk(struct x509 *x, struct path *p)
{
	bool goes_on = false;

	for (unsigned pass = 0; pass < 2; pass++)
		for (unsigned i = 1; i < x->cert_n; i++) {
			if (x->cert[i].is_self_issued != (pass == 1) || is_in(x, p, i) ||
			    !str_eq(x->cert[i].subject, x->cert[p->at[p->n - 1]].issuer))
				continue;
			goes_on = true;
			p->at[p->n++] = (uint8_t)i;	/* below X509_CERTS: no certificate twice */
			if (walk(x, p))
				return true;
			p->n--;
			if (p->orders >= X509_ORDERS)
				return false;
		}
	return !goes_on && try_order(x, p);
}

static bool
has_address(const struct cert *c, const struct host *h)
{
	struct str san = c->san, value, want = { (const char *)h->ip, h->kind == HOST_IP4 ? 4 : 16 };
	enum cert_name kind;

	while (cert_next_name(&san, &kind, &value))
		if (kind == CERT_NAME_IP && str_eq(value, want))
			return true;
	return false;
}

/* What can be said of the server's own certificate without asking who signed it. */
static int
check_leaf(struct x509 *x)
{
	const struct cert *c = &x->cert[0];
	struct str who = S("certificate");
	unsigned bits;
	enum cert_key kind = cert_get_key(c, &x->key, &bits);

	if (kind != CERT_KEY_OK)
		return say_key(x, who, kind, bits);
	x->usages = BR_KEYTYPE_SIGN | BR_KEYTYPE_KEYX;
	if (x->config.skip_verify)
		return 0;
	if (!c->has_san) {
		fail(x, BR_ERR_X509_BAD_SERVER_NAME, "certificate has no subject alternative name");
		return err_hint(&x->err, "the server needs a certificate with its name there; a common name is not looked at");
	}
	if (x->config.host.kind != HOST_DNS && !has_address(c, &x->config.host))
		return say_names(x);
	if (!c->may_be_server)
		return say_use(x, who, &(struct trust_anchor){ .use = TRUST_PURPOSE });
	return 0;
}

/* The whole chain is there: sets x->code. */
static int
judge(struct x509 *x)
{
	struct str wanted[X509_CERTS + 1];
	struct path path = { .n = 1 };
	unsigned i;

	if (!x->cert_n)
		return fail(x, BR_ERR_X509_EMPTY_CHAIN, "server sent no certificate");
	for (i = 0; i < x->cert_n; i++) {
		if (!cert_parse(&x->cert[i], buf_str(&x->der[i])))
			return fail(x, BR_ERR_X509_INVALID_VALUE, "certificate %u of %u that the server sent cannot be decoded", i + 1, x->cert_n);
		wanted[i] = x->cert[i].issuer;
	}
	wanted[i] = x->cert[0].subject;	/* it may be trusted itself */
	if (check_leaf(x) < 0 || x->config.skip_verify)
		return 0;
	if (trust_find(&x->trust, x->config.trust, wanted, x->cert_n + 1, x->config.now_s, x->config.arena, &x->err) < 0)
		return x->code = BR_ERR_X509_NOT_TRUSTED;
	x->code = BR_ERR_X509_NOT_TRUSTED;	/* until try_order knows better */
	walk(x, &path);
	return 0;
}

/* --- The class that BearSSL's engine calls. */

static struct x509 *
of(const br_x509_class **ctx)
{
	return (struct x509 *)(void *)ctx;	/* vtable is the first member */
}

static void
start_chain(const br_x509_class **ctx, const char *server_name)
{
	(void)ctx;
	(void)server_name;	/* x->name: the engine has none for an address */
}

static void
start_cert(const br_x509_class **ctx, uint32_t len)
{
	struct x509 *x = of(ctx);

	if (x->code)
		return;
	if (x->cert_n == X509_CERTS) {
		fail(x, BR_ERR_X509_LIMIT_EXCEEDED, "server sent more than %d certificates", X509_CERTS);
	} else if (len > X509_BYTES - x->bytes) {
		fail(x, BR_ERR_X509_LIMIT_EXCEEDED, "server sent more than %d bytes of certificates", X509_BYTES);
	} else {
		x->bytes += len;
		x->der[x->cert_n] = arena_buf(x->config.arena, len);
		if (len && x->der[x->cert_n].full)
			x->code = arena_err(&x->err);
	}
}

static void
append(const br_x509_class **ctx, const unsigned char *bytes, size_t n)
{
	struct x509 *x = of(ctx);

	if (!x->code)
		buf_add(&x->der[x->cert_n], bytes, n);
}

static void
end_cert(const br_x509_class **ctx)
{
	struct x509 *x = of(ctx);

	if (!x->code)
		x->cert_n++;
}

static unsigned
end_chain(const br_x509_class **ctx)
{
	struct x509 *x = of(ctx);

	if (!x->code)
		judge(x);
	x->done = true;
	return x->code < 0 ? BR_ERR_X509_LIMIT_EXCEEDED : (unsigned)x->code;
}

static const br_x509_pkey *
get_pkey(const br_x509_class *const *ctx, unsigned *usages)
{
	const struct x509 *x = (const struct x509 *)(const void *)ctx;

	if (!x->done || x->code)
		return NULL;
	if (usages)
		*usages = x->usages;
	return &x->key;
}

static const br_x509_class class = {
	.context_size = sizeof(struct x509),
	.start_chain = start_chain,
	.start_cert = start_cert,
	.append = append,
	.end_cert = end_cert,
	.end_chain = end_chain,
	.get_pkey = get_pkey,
};

void
x509_init(struct x509 *x, const struct x509_config *config)
{
	struct buf name = BUF(x->name);

	memset(x, 0, sizeof *x);
	x->vtable = &class;
	x->config = *config;
	if (config->host.kind == HOST_DNS) {
		buf_add_str(&name, config->host.name);
		buf_add_c(&name, 0);
		if (name.full || !config->host.name.len)	/* host_parse lets none of them through */
			fail(x, BR_ERR_X509_BAD_SERVER_NAME, "host name is empty or too long");
	}
}
