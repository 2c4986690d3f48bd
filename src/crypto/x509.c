/* crypto/x509.c: decides whether a server's certificates prove its name. */
/* SPDX-License-Identifier: MIT */
#include "crypto/x509.h"

#include "data/date.h"

#include <string.h>

#define SHOWN_NAMES 200	/* bytes of a hint: further names are counted */

/* What makes a certificate useless here, be it sent or trusted; its name and its signature aside. */
enum fault {
	FAULT_NONE,
	FAULT_KEY,		/* of a kind or length that cannot be used */
	FAULT_EARLY,
	FAULT_EXPIRED,
	FAULT_PURPOSE,
	FAULT_CRITICAL,
	FAULT_CONSTRAINED,
};

/* --- Sentences. They are put together in x->line and x->hint, and go into x->err at the end. */

static void
forget(struct x509 *x)
{
	x->cause = CAUSE_TLS;
	x->line.len = x->hint.len = 0;
	x->line.full = x->hint.full = false;
}

static void
say(struct x509 *x, const char *text)
{
	buf_fmt(&x->line, "%s", text);
}

/* `prefix "CN=x"`. */
static void
say_name(struct x509 *x, const char *prefix, struct str dn)
{
	say(x, prefix);
	say(x, " \"");
	cert_format_dn(&x->line, dn);
	say(x, "\"");
}

/* A certificate that was sent. */
static void
say_sent(struct x509 *x, const struct cert *c)
{
	if (c == x->cert)
		say(x, "certificate");
	else
		say_name(x, "CA certificate", c->subject);
}

static void
say_date(struct x509 *x, const char *what, int64_t bound_s)
{
	say(x, what);
	date_format_rfc3339(&x->line, bound_s);
	say(x, ", and it is now ");
	date_format_rfc3339(&x->line, x->config.now_s);
	x->cause = CAUSE_CLOCK;
	buf_fmt(&x->hint, "if that is wrong, set the clock; else renew the certificate");
}

static void
say_key(struct x509 *x, const struct cert *c)
{
	br_x509_pkey key;
	unsigned bits;
	enum cert_key kind = cert_get_key(c, &key, &bits);

	if (bits)
		buf_fmt(&x->line, " has an RSA key of %u bits, not 2048 to 4096", bits);
	else
		buf_fmt(&x->line, " has an %s key, which cannot be used", kind == CERT_KEY_ED25519 ? "Ed25519" :
			kind == CERT_KEY_PSS ? "RSA-PSS" : kind == CERT_KEY_CURVE ? "EC (not P-256, P-384 or P-521)" : "unknown kind of");
}

/* *key is c's, but for FAULT_KEY. */
static enum fault
find_fault(const struct x509 *x, const struct cert *c, br_x509_pkey *key)
{
	unsigned bits;

	if (cert_get_key(c, key, &bits) != CERT_KEY_OK)
		return FAULT_KEY;
	if (x->config.now_s < c->from_s)
		return FAULT_EARLY;
	if (x->config.now_s > c->until_s)
		return FAULT_EXPIRED;
	if (!c->may_be_server)
		return FAULT_PURPOSE;
	if (c->has_critical_unknown)
		return FAULT_CRITICAL;
	return c->is_ca && c->has_constraints ? FAULT_CONSTRAINED : FAULT_NONE;	/* they bind nobody but CAs */
}

/* False when there is none to tell of. */
static bool
say_fault(struct x509 *x, const struct cert *c)
{
	static const char texts[] = " is not for servers (extended key usage)\0" " has an unknown critical extension\0"
		" has name constraints, which cannot be checked yet";
	br_x509_pkey key;
	enum fault fault = find_fault(x, c, &key);

	switch (fault) {
	case FAULT_NONE:
		break;
	case FAULT_KEY:
		say_key(x, c);
		break;
	case FAULT_EARLY:
		say_date(x, " is not valid before ", c->from_s);
		break;
	case FAULT_EXPIRED:
		say_date(x, " expired on ", c->until_s);
		break;
	case FAULT_PURPOSE:
	case FAULT_CRITICAL:
	case FAULT_CONSTRAINED:
		say(x, str_nth(texts, fault - FAULT_PURPOSE));
		break;
	}
	return fault != FAULT_NONE;
}

/* Append a name of a subjectAltName for people; false for kinds that a server cannot be asked for by. */
static bool
add_name(struct buf *b, enum cert_name kind, struct str value)
{
	const unsigned char *ip = (const unsigned char *)value.at;

	if (kind == CERT_NAME_OTHER)
		return false;
	if (kind == CERT_NAME_DNS)
		buf_add_str(b, value);
	else if (value.len == 4)
		buf_fmt(b, "%u.%u.%u.%u", ip[0], ip[1], ip[2], ip[3]);
	else
		for (unsigned i = 0; i < 16; i += 2)	/* cert_next_name lets no other length through */
			buf_fmt(b, "%s%x", i ? ":" : "", ip[i] * 256u + ip[i + 1]);
	return true;
}

/* The server is someone else: who, and under which names it could be asked. */
static void
say_names(struct x509 *x)
{
	static const char start[] = "the server's names are ";
	struct str san = x->cert[0].san, value, first = { 0 };
	struct buf *b = &x->hint;
	enum cert_name kind;
	unsigned hidden = 0;

	buf_fmt(b, "%s", start);
	while (cert_next_name(&san, &kind, &value)) {
		size_t len = b->len;

		if (first.at)
			buf_fmt(b, ", ");
		if (!add_name(b, kind, value)) {
			b->len = len;
		} else if (b->len > SHOWN_NAMES || b->full) {
			b->len = len;
			b->full = false;
			hidden++;
		} else if (!first.at) {
			first = str_part(buf_str(b), sizeof start - 1, b->len);
		}
	}
	if (hidden)
		buf_fmt(b, " and %u more", hidden);
	buf_fmt(b, x->config.fixed_name ? "; use one of them" : "; use one of them, or -tls-server-name");
	if (!first.at) {
		say(x, "certificate names no host and no address");
		b->len = 0;
	} else if (str_eq(first, x->config.host.name)) {
		buf_fmt(&x->line, "certificate has \"%.*s\" as a name, not as an address", STR(first));
		b->len = 0;
	} else {
		buf_fmt(&x->line, "certificate is for \"%.*s\", not \"%.*s\"", STR(first), STR(x->config.host.name));
	}
}

/* The deepest certificate of the path that `a` would be the issuer of by its name; -1 when there is none. */
static int
depth_of(const struct x509 *x, const struct cert *a)
{
	int depth = (int)x->path_n - 1;

	while (depth >= 0 && !str_eq(x->cert[x->path[depth]].issuer, a->subject))
		depth--;
	return depth;
}

static bool
is_ca(const struct cert *a)
{
	return a->is_v1 || (a->is_ca && a->may_sign_certs);
}

static bool
allows_depth(const struct x509 *x, const struct cert *a)
{
	int depth = depth_of(x, a);

	return depth <= 0 || (unsigned)depth <= a->path_max;
}

/* The path ends in nobody that is trusted. */
static void
say_untrusted(struct x509 *x)
{
	const struct cert *last = &x->cert[x->path[x->path_n - 1]];

	for (unsigned i = 0; i < x->trust.anchor_n; i++) {
		const struct cert *a = &x->trust.anchor[i];

		if (depth_of(x, a) < 0 && !str_eq(a->subject, x->cert[0].subject))
			continue;
		say_name(x, is_ca(a) ? "trusted CA" : "trusted certificate", a->subject);
		if (!say_fault(x, a))
			say(x, !is_ca(a) ? " is no CA, and not the server's own" : !allows_depth(x, a) ? " does not allow a chain this long" :
				" has not signed this chain, which names it");
		return;
	}
	if (!last->is_self_issued) {
		say_name(x, "issuer", last->issuer);
		say(x, " is neither sent nor trusted");
	} else if (last == x->cert) {
		say(x, "certificate is self-signed and not trusted");
	} else {
		say_name(x, "root", last->subject);
		say(x, " is sent but not trusted");
	}
	buf_fmt(&x->hint, "name a file that holds its certificate by %s", x->config.trust->setting);
	if (x->trust.skipped_n)
		buf_fmt(&x->hint, " (%u given cannot be decoded, the first in line %u)", x->trust.skipped_n,
			x->trust.skipped_line);
}

/* Why the certificate at this depth is refused. */
static void
say_refused(struct x509 *x, unsigned depth)
{
	const struct cert *c = &x->cert[x->path[depth]];
	const char *algorithm = cert_unverifiable(c);

	forget(x);
	if (x->code == BR_ERR_X509_NOT_TRUSTED) {
		say_untrusted(x);
		return;
	}
	if (x->code == BR_ERR_X509_BAD_SIGNATURE) {
		say_sent(x, &x->cert[x->path[depth - 1]]);
		say_name(x, " is not signed by its issuer", c->subject);
		return;
	}
	say_sent(x, c);
	if (say_fault(x, c))
		return;
	if (algorithm)
		buf_fmt(&x->line, " is signed with %s, which cannot be verified", algorithm);
	else if (x->code == BR_ERR_X509_FORBIDDEN_KEY_USAGE)
		say(x, " must not be used to sign (key usage)");
	else
		say(x, c->is_ca ? " does not allow a chain this long" : " is no CA, but has signed another");
}

/* --- The decision. */

/* Over the bound nothing is signed. */
static bool
has_signed(struct x509 *x, const br_x509_pkey *key, const struct cert *c)
{
	return x->signatures < X509_SIGNATURES && ++x->signatures && cert_is_signed_by(c, key);
}

/* Whether `a`, which is trusted, vouches for the certificate at this depth: as the CA that signed it, or, when it is none, as the
   server's own certificate. */
static bool
vouches(struct x509 *x, const struct cert *a, unsigned depth)
{
	const struct cert *c = &x->cert[x->path[depth]];
	br_x509_pkey key;

	if (find_fault(x, a, &key) != FAULT_NONE)
		return false;
	if (!is_ca(a))
		return !depth && str_eq(a->whole, c->whole);	/* it and no other of the same name and key */
	return str_eq(a->subject, c->issuer) && depth <= a->path_max && has_signed(x, &key, c);
}

/* The links below the certificate at *depth, which is vouched for: 0, or a number and where. */
static int
check_signatures(struct x509 *x, unsigned *depth)
{
	br_x509_pkey key;
	unsigned bits;

	for (; *depth; --*depth) {
		const struct cert *issuer = &x->cert[x->path[*depth]];

		cert_get_key(issuer, &key, &bits);
		if (!has_signed(x, &key, &x->cert[x->path[*depth - 1]]))
			return BR_ERR_X509_BAD_SIGNATURE;
	}
	return 0;
}

/* What is wrong with the path (RFC 5280 section 6.1, with the names' order already given by how it was found): BearSSL's
   number for it, 0 for nothing; *depth is at which certificate. What stands behind one that is vouched for is not looked at. */
static int
check_path(struct x509 *x, unsigned *depth)
{
	for (unsigned i = 0;; i++) {
		const struct cert *c = &x->cert[x->path[i]];
		br_x509_pkey key;

		*depth = i;
		if (find_fault(x, c, &key) != FAULT_NONE)
			return BR_ERR_X509_EXPIRED;	/* or another: say_fault knows */
		if (i && (!c->is_ca || i - 1 > c->path_max))
			return BR_ERR_X509_NOT_CA;
		if (i && !c->may_sign_certs)
			return BR_ERR_X509_FORBIDDEN_KEY_USAGE;
		for (unsigned k = 0; k < x->trust.anchor_n; k++)
			if (vouches(x, &x->trust.anchor[k], i))
				return check_signatures(x, depth);
		if (cert_unverifiable(c))
			return BR_ERR_X509_UNSUPPORTED;
		if (i + 1 == x->path_n)
			return BR_ERR_X509_NOT_TRUSTED;
	}
}

/* True: trusted. Else the sentence is kept, but one about a signature is the least: a path that does not belong together
   always ends in that. */
static bool
try_order(struct x509 *x)
{
	int before = x->orders++ ? x->code : BR_ERR_X509_BAD_SIGNATURE;
	unsigned depth;

	x->code = check_path(x, &depth);
	if (!x->code)
		return true;
	if (before == BR_ERR_X509_BAD_SIGNATURE)
		say_refused(x, depth);
	else
		x->code = before;
	return false;
}

static bool
is_on_path(const struct x509 *x, unsigned i)
{
	for (unsigned k = 0; k < x->path_n; k++)
		if (str_eq(x->cert[x->path[k]].whole, x->cert[i].whole))
			return true;
	return false;
}

/* Go on from the end of the path to each certificate that may be its issuer, those that are not self-issued first: a root that
   was sent leads nowhere. Try the path where it ends. As deep as the chain is long, X509_CERTS at most. */
static bool
walk(struct x509 *x)
{
	struct str issuer = x->cert[x->path[x->path_n - 1]].issuer;
	bool goes_on = false;

	for (unsigned i = 1; i < 2 * x->cert_n; i++) {
		unsigned at = i < x->cert_n ? i : i - x->cert_n;

		if (x->cert[at].is_self_issued != (i >= x->cert_n) || !str_eq(x->cert[at].subject, issuer) || is_on_path(x, at))
			continue;
		goes_on = true;
		x->path[x->path_n++] = (uint8_t)at;	/* none twice, so at most X509_CERTS */
		if (walk(x))
			return true;
		x->path_n--;
		if (x->orders >= X509_ORDERS)
			return false;
	}
	return !goes_on && try_order(x);
}

/* Whether a name of the certificate is the host's. A wildcard stands for one whole label, the first (RFC 6125 section 6.4.3);
   host_parse lets none through. */
static bool
is_name_of(struct str name, struct str host)
{
	if (str_begins(name, "*.")) {
		name = str_part(name, 1, name.len);
		host = str_part(host, str_find_c(host, '.'), host.len);
	}
	return str_eq_nocase(name, host);
}

static bool
has_name(const struct cert *c, const struct host *h)
{
	struct str san = c->san, value, ip = { (const char *)h->ip, h->kind == HOST_IP4 ? 4 : 16 };
	enum cert_name kind;

	while (cert_next_name(&san, &kind, &value))
		if (h->kind == HOST_DNS ? kind == CERT_NAME_DNS && is_name_of(value, h->name) : kind == CERT_NAME_IP && str_eq(value, ip))
			return true;
	return false;
}

/* What can be said of the server's own certificate without asking who signed it. */
static bool
check_leaf(struct x509 *x)
{
	const struct cert *c = x->cert;

	if (find_fault(x, c, &x->key) != FAULT_KEY && x->config.skip_verify)
		return true;
	say_sent(x, c);
	if (say_fault(x, c))
		return false;
	if (!c->has_san) {
		say(x, " has no subject alternative name");
		buf_fmt(&x->hint, "the server needs one with its name there; a common name does not count");
		return false;
	}
	if (!c->may_sign) {	/* every suite that we offer has the server sign */
		say(x, " must not be used to sign (key usage)");
		return false;
	}
	forget(x);
	if (!has_name(c, &x->config.host)) {
		say_names(x);
		return false;
	}
	return true;
}

/* The whole chain is there: x->code becomes 0, or a sentence says why not. */
static void
look(struct x509 *x)
{
	struct str wanted[X509_CERTS + 1];
	unsigned i;

	x->code = BR_ERR_X509_NOT_TRUSTED;
	for (i = 0; i < x->cert_n; i++) {
		if (!cert_parse(&x->cert[i], x->cert[i].whole)) {
			buf_fmt(&x->line, "certificate %u of %u from the server cannot be decoded", i + 1, x->cert_n);
			return;
		}
		wanted[i] = x->cert[i].issuer;
	}
	if (!i) {
		say(x, "server sent no certificate");
		return;
	}
	wanted[i++] = x->cert[0].subject;	/* it may be trusted itself */
	if (!check_leaf(x))
		return;
	if (x->config.skip_verify)
		x->code = 0;
	else if (trust_find(&x->trust, x->config.trust, wanted, i, x->config.arena, &x->err) == 0 && !walk(x) &&
	    x->signatures == X509_SIGNATURES) {
		forget(x);
		buf_fmt(&x->line, "server's certificates are not trusted after %d signatures, the limit", X509_SIGNATURES);
	}
}

void
x509_init(struct x509 *x)
{
	memset(x, 0, offsetof(struct x509, config));
	x->cause = CAUSE_TLS;
	x->path_n = 1;	/* from cert[0] on */
	x->line = BUF(x->line_text);
	x->hint = BUF(x->hint_text);
}

void
x509_add(struct x509 *x, struct str der)
{
	if (x->cert_n == X509_CERTS || der.len > X509_BYTES - x->bytes)
		x->code = BR_ERR_X509_LIMIT_EXCEEDED;
	if (x->code)
		return;
	x->bytes += der.len;
	x->cert[x->cert_n++].whole = der;
}

bool
x509_judge(struct x509 *x)
{
	if (x->code)
		buf_fmt(&x->line, "server sent more than %d certificates or %d bytes of them", X509_CERTS, X509_BYTES);
	else
		look(x);
	x->done = true;
	if (x->code && x->line.len) {	/* else err holds what trust or the arena said */
		err_set(&x->err, ERR_PEER, x->cause, "%.*s", STR(x->line));
		err_hint(&x->err, "%.*s", STR(x->hint));
	}
	return !x->code;
}
