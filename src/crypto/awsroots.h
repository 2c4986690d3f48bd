/* crypto/awsroots.h: the roots that vouch for AWS's own servers, for machines without a CA bundle: Amazon Root CA 1 to 4, and
   Starfield Services G2, which the older chains end in. Decides nowhere whom they are good for (net/roots does). */
/* SPDX-License-Identifier: MIT */
#ifndef CRYPTO_AWSROOTS_H
#define CRYPTO_AWSROOTS_H

#include "base/str.h"

/* All of them, one behind the other, each a certificate in DER that holds name, key and dates and nothing else: of version 1,
   without issuer and signature. awsroots.c is written by vendor/awsroots from Debian's ca-certificates, and a test compares.
   They expire from 2037-12-31 on; `version -format=json` says when. */
struct str awsroots(void);

#endif
