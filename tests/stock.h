/* tests/stock.h: BearSSL's own validator over the path that crypto/x509 has found and trusted, as a second opinion: nothing of
   ours may trust more than it does. Tests only: the program has no use for it. */
/* SPDX-License-Identifier: MIT */
#ifndef TESTS_STOCK_H
#define TESTS_STOCK_H

#include "crypto/x509.h"

#include <bearssl_ec.h>
#include <bearssl_hash.h>
#include <bearssl_rsa.h>

/* Its verdict: 0, or its error. A critical extended key usage counts as known: it has no word for it, and we look at it. */
static inline unsigned
stock_verdict(const struct x509 *x)
{
	static br_x509_minimal_context m;
	static br_x509_trust_anchor anchor[TRUST_ANCHORS];
	const struct host *host = &x->config.host;
	int64_t now_s = x->config.now_s;
	unsigned n = 0, bits, code;
	char name[256] = "";

	for (unsigned i = 0; i < x->trust.anchor_n; i++) {
		const struct cert *a = &x->trust.anchor[i];

		if (cert_get_key(a, &anchor[n].pkey, &bits) != CERT_KEY_OK)
			continue;
		anchor[n].dn.data = (unsigned char *)a->subject.at;
		anchor[n].dn.len = a->subject.len;
		anchor[n].flags = a->is_v1 || (a->is_ca && a->may_sign_certs) ? BR_X509_TA_CA : 0;
		n++;
	}
	br_x509_minimal_init(&m, &br_sha256_vtable, anchor, n);
	br_x509_minimal_set_hash(&m, br_sha256_ID, &br_sha256_vtable);
	br_x509_minimal_set_hash(&m, br_sha384_ID, &br_sha384_vtable);
	br_x509_minimal_set_hash(&m, br_sha512_ID, &br_sha512_vtable);
	br_x509_minimal_set_rsa(&m, br_rsa_i31_pkcs1_vrfy);
	br_x509_minimal_set_ecdsa(&m, &br_ec_all_m31, br_ecdsa_i31_vrfy_asn1);
	br_x509_minimal_set_minrsa(&m, CERT_RSA_MIN);
	br_x509_minimal_set_time(&m, (uint32_t)(now_s / 86400 + 719528), (uint32_t)(now_s % 86400));
	if (host->kind == HOST_DNS)	/* an address it cannot look for */
		memcpy(name, host->name.at, host->name.len);
	m.vtable->start_chain(&m.vtable, name);
	for (unsigned i = 0; i < x->path_n; i++) {
		struct str der = x->cert[x->path[i]].whole;

		m.vtable->start_cert(&m.vtable, (uint32_t)der.len);
		m.vtable->append(&m.vtable, (const unsigned char *)der.at, der.len);
		m.vtable->end_cert(&m.vtable);
	}
	code = m.vtable->end_chain(&m.vtable);
	return code == BR_ERR_X509_CRITICAL_EXTENSION ? 0 : code;
}

#endif
