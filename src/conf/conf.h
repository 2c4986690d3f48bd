/* conf/conf.h: flags, environment, files' texts and defaults as one typed, checked configuration, each value with where it came from. */
/* SPDX-License-Identifier: MIT */
#ifndef CONF_CONF_H
#define CONF_CONF_H

#include "aws/chain.h"
#include "vault/read.h"

/* One bit a verb; a flag says which of them take it. */
enum conf_verb {
	VERB_LOGIN = 1,
	VERB_SIGN = 2,
	VERB_DOCTOR = 4,
	VERB_AGENT = 8,
	VERB_CHECK = 16,
	VERB_READ = 32,
	VERB_KV = 64,
	VERB_EXEC = 128,
	VERB_VERSION = 256,
	VERB_HELP = 512,
};

#define VERBS_READ (VERB_READ | VERB_KV)
#define VERBS_SECRET (VERBS_READ | VERB_EXEC)
#define VERBS_ONCE (VERB_LOGIN | VERB_SIGN | VERB_DOCTOR | VERBS_SECRET)
#define VERBS_AWS (VERBS_ONCE | VERB_AGENT)	/* those that a machine's identity is for */
#define VERBS_VAULT (VERB_LOGIN | VERB_DOCTOR | VERB_AGENT | VERBS_SECRET)	/* those that speak to Vault */

#define CONF_BOOL 0x8000	/* beside the verbs' bits */

/* Every setting: FLAG(key, flag, alias, bits, variable, default, argument, help). bits: the verbs that take it, and CONF_BOOL
   when the flag alone means true (and the default is false). A variable that begins with PANTLER_ is looked up as it stands, any other as BAO_<variable>,
   then VAULT_<variable>. Names are what users know from Vault's own command; the man page lists the same, and a lint compares them. */
#define CONF_FLAGS(FLAG) \
	FLAG(ADDRESS, "address", "", VERBS_AWS, "ADDR", "https://127.0.0.1:8200", "URL", "where Vault is") \
	FLAG(NAMESPACE, "namespace", "ns", VERBS_AWS, "NAMESPACE", "", "NS", "the namespace in Vault") \
	FLAG(CA_CERT, "ca-cert", "", VERBS_AWS, "CACERT", "", "FILE", "PEM file of CAs that vouch for Vault") \
	FLAG(CA_PATH, "ca-path", "", VERBS_AWS, "CAPATH", "", "DIR", "folder of such files") \
	FLAG(TLS_SERVER_NAME, "tls-server-name", "", VERBS_VAULT, "TLS_SERVER_NAME", "", "NAME", "the name in Vault's certificate") \
	FLAG(TLS_SKIP_VERIFY, "tls-skip-verify", "", VERBS_VAULT | CONF_BOOL, "SKIP_VERIFY", "", "", "do not verify it (insecure)") \
	FLAG(DISABLE_REDIRECTS, "disable-redirects", "", VERBS_VAULT | CONF_BOOL, "DISABLE_REDIRECTS", "", "", "refuse a redirect") \
	FLAG(METHOD, "method", "", VERBS_AWS, "", "aws", "aws", "the only auth method") \
	FLAG(CONFIG, "config", "", VERBS_AWS, "PANTLER_CONFIG", "", "PATH", "a Vault Agent configuration file, or a folder of them") \
	FLAG(KV_MOUNT, "mount", "", VERB_KV, "", "", "PATH", "where KV is mounted") \
	FLAG(TYPE, "type", "", VERBS_AWS, "PANTLER_TYPE", "iam", "TYPE", "iam or ec2") \
	FLAG(ROLE, "role", "", VERBS_AWS, "PANTLER_ROLE", "", "ROLE", "the role; empty: Vault infers it") \
	FLAG(MOUNT, "mount", "path", VERBS_AWS & ~VERB_KV, "PANTLER_MOUNT", "aws", "PATH", "where the method is mounted") \
	FLAG(REGION, "region", "", VERBS_AWS, "PANTLER_REGION", "us-east-1", "REGION", "the STS region to sign for") \
	FLAG(HEADER_VALUE, "header-value", "", VERBS_AWS, "PANTLER_HEADER_VALUE", "", "TEXT", "the server id that Vault demands") \
	FLAG(FIELD, "field", "", VERB_LOGIN | VERBS_READ, "", "", "NAME", "print this value alone") \
	FLAG(TOKEN_ONLY, "token-only", "", VERB_LOGIN | CONF_BOOL, "", "", "", "as -field=token") \
	FLAG(FORMAT, "format", "", (VERBS_ONCE & ~VERB_EXEC) | VERB_VERSION, "FORMAT", "", "FORMAT", "table or json") \
	FLAG(OUTPUT, "output", "", VERB_LOGIN | VERB_AGENT | VERBS_READ, "", "", "FILE", "write to FILE; of a login the token") \
	FLAG(MODE, "mode", "", VERB_LOGIN | VERB_AGENT | VERBS_READ, "", "0600", "OCTAL", "permissions of FILE") \
	FLAG(STORE, "store", "", VERB_LOGIN | CONF_BOOL, "", "", "", "also write the token to ~/.vault-token") \
	FLAG(NO_STORE, "no-store", "", VERB_LOGIN | CONF_BOOL, "", "", "", "do not (the default)") \
	FLAG(WRAP_TTL, "wrap-ttl", "", VERB_LOGIN | VERB_AGENT | VERBS_READ, "WRAP_TTL", "", "TIME", "have Vault wrap its answer so long") \
	FLAG(NONCE_FILE, "nonce-file", "", VERBS_VAULT, "PANTLER_NONCE_FILE", "", "FILE", "type ec2: where the nonce is kept") \
	FLAG(ALL, "all", "", VERB_DOCTOR | CONF_BOOL, "", "", "", "try every source of credentials") \
	FLAG(TIMEOUT, "timeout", "", VERBS_AWS, "CLIENT_TIMEOUT", "60s", "TIME", "deadline; agent: of each request") \
	FLAG(LOG_LEVEL, "log-level", "", VERBS_AWS, "LOG_LEVEL", "warn", "LEVEL", "error, warn, info or debug") \
	FLAG(ONCE, "once", "exit-after-auth", VERB_AGENT | CONF_BOOL, "", "", "", "end when the first token is written") \
	FLAG(TEST, "test", "", VERB_AGENT | CONF_BOOL, "", "", "", "check the configuration, and end") \
	FLAG(READY_FILE, "ready-file", "", VERB_AGENT | VERB_CHECK, "", "", "FILE", "says that all is well; ask it with check") \
	FLAG(LOG_FORMAT, "log-format", "", VERB_AGENT, "LOG_FORMAT", "", "FORMAT", "standard or json") \
	FLAG(LOG_FILE, "log-file", "", VERB_AGENT, "", "", "FILE", "log to FILE, too") \
	FLAG(LOG_ROTATE_BYTES, "log-rotate-bytes", "", VERB_AGENT, "", "0", "N", "begin a new one after N bytes") \
	FLAG(LOG_ROTATE_DURATION, "log-rotate-duration", "", VERB_AGENT, "", "24h", "TIME", "or after so long") \
	FLAG(LOG_ROTATE_MAX_FILES, "log-rotate-max-files", "", VERB_AGENT, "", "0", "N", "keep N old ones; 0: all, -1: none") \
	FLAG(IGNORE_UNSUPPORTED, "ignore-unsupported", "", VERB_AGENT | CONF_BOOL, "", "", "", "pass over what pantler lacks") \
	FLAG(DECODE, "decode", "", VERBS_READ, "", "", "base64", "the field's bytes, not their text") \
	FLAG(WRITE, "write", "", VERB_READ | CONF_BOOL, "", "", "", "PUT the arguments, and read the answer") \
	FLAG(KV, "kv", "", VERB_KV | VERB_EXEC, "", "", "1|2", "the version of KV: Vault is not asked") \
	FLAG(VERSION, "version", "", VERB_KV, "", "", "N", "of a secret in KV version 2") \
	FLAG(KEEP_TOKEN, "keep-token", "", VERBS_SECRET | CONF_BOOL, "", "", "", "do not revoke the token of the login") \
	FLAG(ENV, "env", "", VERB_EXEC, "", "", "VAR=PATH#FIELD", "a field of a secret as a variable") \
	FLAG(ENV_ALL, "env-all", "", VERB_EXEC, "", "", "[PREFIX=]PATH", "every field of it") \
	FLAG(FILE, "file", "", VERB_EXEC, "", "", "VAR=PATH#FIELD", "a field as a file in memory, whose path VAR holds") \
	FLAG(FILE_DIR, "file-dir", "", VERB_EXEC, "", "", "DIR", "a tmpfs for these, where there is no /proc") \
	FLAG(PRISTINE, "pristine", "", VERB_EXEC | CONF_BOOL, "", "", "", "of the environment only PATH, HOME and the like") \
	FLAG(OVERRIDE, "override", "", VERB_EXEC | CONF_BOOL, "", "", "", "replace variables that are set") \
	FLAG(TOKEN_ENV, "token-env", "", VERB_EXEC | CONF_BOOL, "", "", "", "hand on the token as VAULT_TOKEN") \
	FLAG(AT, "at", "", VERB_SIGN, "", "", "TIME", "sign for this instant (RFC 3339)")

enum conf_key {
#define CONF_KEY(key, ...) CONF_##key,
	CONF_FLAGS(CONF_KEY)
#undef CONF_KEY
	CONF_KEYS,
};

enum conf_from { FROM_DEFAULT, FROM_FILE, FROM_ENV, FROM_FLAG };	/* the later wins */

/* A setting as the user said it. */
struct setting {
	struct str value;
	enum conf_from from;
	const char *prefix;	/* how it was said: prefix and name are "VAULT_" "ADDR", "-" "address", or "F:3:5: " "address" */
	const char *name;
};

/* The texts of the table above, in their order. */
enum conf_text {
	CONF_TEXT_NAME,
	CONF_TEXT_ALIAS,
	CONF_TEXT_VARIABLE,
	CONF_TEXT_DEFAULT,
	CONF_TEXT_ARGUMENT,
	CONF_TEXT_HELP,
	CONF_TEXTS,
};

/* One of them; static. */
const char *conf_text(enum conf_key key, enum conf_text which);

/* The bits of one flag: the verbs that take it, and CONF_BOOL. */
extern const unsigned short conf_bits[CONF_KEYS];

/* A key of a configuration file that is not heeded. */
struct conf_unknown {
	struct str key;
	const char *nearest;	/* a known one like it, or NULL */
	const char *prefix;	/* where: "FILE:3:5: " */
	bool is_lacking;	/* known, and -ignore-unsupported passes it over */
};

#define CONF_UNKNOWN 16	/* as many are told: what is behind them comes to light when these are mended */

/* One sink {} of the file, or -output of the agent. Slices live as long as the configuration. */
struct conf_sink {
	struct str path;
	unsigned mode;		/* 0640 when none was given; nine bits */
	int64_t uid, gid;	/* -1: as they are */
	int64_t wrap_ttl_s;	/* 0: not wrapped */
	bool encrypt;		/* dh_type is given; curve25519 is the only one */
	bool derive_key;
	struct str dh_path;
	struct str aad;		/* aad_env_var is resolved already */
};

#define CONF_SINKS 16

#define CONF_FILES 32	/* of all -config together: a file a service and some to spare */

/* A configuration file: its name, a C string, and what is in it. */
struct conf_file {
	const char *name;
	struct str text;
};

#define CONF_BINDINGS 64	/* variables and files of one program that hold secrets */

#define CONF_REQUESTS_MAX 300	/* of max_requests_per_minute: five a second are far over what one machine's secrets need */

/* Slices are parts of argv, the environment, static text or the file's arena: they live as long as the process. What is large stands
   last: the code is the shorter for it. */
struct config {
	const char *verb;		/* its name, for hints; set by the caller, the rest zero */
	/* What the settings mean, after conf_check. */
	unsigned mode;
	int64_t timeout_ms;
	int64_t at_s;			/* -at; only when set[CONF_AT] is not from the default */
	struct str region;		/* as given, or of AWS_REGION, AWS_DEFAULT_REGION; empty: still to be detected */
	struct str home;		/* HOME */
	struct str ca_pem;		/* BAO_CACERT_BYTES or VAULT_CACERT_BYTES */
	/* The agent's. Durations of 0 and empty texts: not given. */
	size_t sink_n;
	struct conf_sink *sink;		/* CONF_SINKS of the files, and -output; the files' arena's */
	bool once;			/* exit_after_auth, -once */
	bool exit_on_err;
	bool reauth_on_new_credentials;
	bool reuse_token, revoke_on_exit;
	/* What the file alone can say. */
	bool pkcs7;			/* ec2_proof */
	enum chain_source source;	/* credentials: the only source; CHAIN_AUTO: the first that is configured */
	struct str nonce;		/* of type ec2; empty: none. A secret */
	/* The agent's, again. */
	struct str pid_file, ready_file, log_file;
	struct str log_format;		/* "standard" or "json" */
	int64_t min_backoff_ms, max_backoff_ms;		/* more than 0, the first not the larger */
	int64_t credential_poll_s;	/* 0: not given */
	int64_t requests_per_minute;
	int64_t log_rotate_bytes;	/* 0: never by size */
	int64_t log_rotate_duration_ms;
	int64_t log_rotate_max_files;	/* 0: all of them, less: none */
	size_t unknown_n;
	struct conf_unknown *unknown;	/* up to CONF_UNKNOWN; the files' arena's */
	char *const *env;		/* the environment; NULL: none */
	struct vault vault;
	bool on[CONF_KEYS];		/* boolean flags */
	uint64_t kv_version;		/* -version; 0: the newest */
	enum read_kv kv;		/* -kv */
	size_t binding_n;		/* -env, -env-all and -file, as they were said */
	struct { enum conf_key key; const char *text; } binding[CONF_BINDINGS];
	struct cred cred;		/* access_key, secret_key, session_token: all of them or, when id is empty, none */
	struct str iot[IOT_KEYS];	/* iot {}: all that it must have, or, when the first is empty, nothing */
	struct { const char *prefix, *name; } ignored[8];	/* variables that are, though someone may have meant them; NULL at the end */
	/* The AWS part of the environment. */
	struct cred_env aws;
	struct setting set[CONF_KEYS];
	size_t path_n;
	const char *path[CONF_FILES];	/* each -config that is not empty, in their order */
};

/* Defaults, then the environment (NULL-terminated "NAME=value"; NULL for none, as under AT_SECURE). An empty variable counts
   as unset. A variable that this build cannot honour, and must not ignore, is an error. */
int conf_read_env(struct config *c, char *const *envp, struct err *e) __attribute__((warn_unused_result));

/* Flags of one verb, Go style: -x=v, -x v, --x=v; a boolean flag alone means true; flags end at the first argument or after
   "--". *rest is the index in argv of the first argument. Unknown flags name the nearest known one. */
int conf_read_flags(struct config *c, enum conf_verb verb, int argc, char *const *argv, int *rest, struct err *e)
	__attribute__((warn_unused_result));

/* Vault Agent's configuration files (pantler(1), CONFIGURATION FILE), merged in their order: after environment, flags and arguments, each of
   which wins over them, and after a first conf_check. Of auto_auth {} and vault {} the last file's is taken whole; a text or number that is not empty goes
   before an earlier one; a boolean is true when any says so. VERB_AGENT takes everything, and refuses what it lacks; other verbs take
   what a login needs: vault {}, and method {} of auto_auth {}, and pass over what the agent alone needs. Keys are matched as Vault does: in
   any case, but those of config {} as they stand. The arena gets copies of strings, three times the texts' length at most and some KiB a file.
   Errors begin with "NAME:LINE:COLUMN: ", name keys and never hold a value. */
int conf_read_files(struct config *c, enum conf_verb verb, const struct conf_file *file, size_t n, struct arena *a, struct err *e)
	__attribute__((warn_unused_result));

/* Edit distance of two words, held to 3: enough to tell a slip from another word. */
unsigned conf_distance(struct str a, struct str b);

/* One of login's k=v arguments as `vault login -method=aws` takes them: role, mount, region, header_value. Those that carry
   secrets are refused with a word about what to use. */
int conf_read_pair(struct config *c, struct str pair, struct err *e) __attribute__((warn_unused_result));

/* A duration of more than 0, in milliseconds. 0, or -1 and the refusal of the setting. */
int conf_duration(const struct setting *s, int64_t *ms, struct err *e) __attribute__((warn_unused_result));

/* Milliseconds, 0 or more, become whole seconds below 2^32. NULL, or what is wrong with them. */
const char *conf_seconds(int64_t *n);

/* Refuse a setting: "-address <what>", or the variable that it came from; never its value. ERR_INPUT, CAUSE_USE. Returns -1. */
int conf_refuse(const struct setting *s, struct err *e, const char *what);

/* Check every setting and fill the typed half. Errors name the flag or variable, and its value only where it is no secret. */
int conf_check(struct config *c, enum conf_verb verb, struct err *e) __attribute__((warn_unused_result));

/* What only all of the agent's configuration together can show, after conf_read_files (of no file, too) and the last conf_check;
   -output becomes the last sink. Once. */
int conf_check_agent(struct config *c, struct err *e) __attribute__((warn_unused_result));

/* A whole number: with base 0 as HCL has it, decimal, 0640 (octal) or 0x1f, perhaps with a minus; else digits of that base alone.
   False: it is none, or not within 2^53, as far as every JSON writer is exact. */
bool conf_number(struct str text, unsigned base, int64_t *out);

/* Whether it holds no control byte. */
bool conf_is_clean(struct str text);

/* A variable of the environment; empty when there is none. */
struct str conf_env(const struct config *c, const char *name);

#endif
