/* aws/profile.h: credentials by a profile of AWS's shared files: what it says as a pure function, and a step machine that does it.
   Has no choice of its own between sources: the chain has. */
/* SPDX-License-Identifier: MIT */
#ifndef AWS_PROFILE_H
#define AWS_PROFILE_H

#include "aws/container.h"
#include "aws/imds.h"
#include "aws/web.h"

#define PROFILE_ROLES 5		/* roles one behind the other; AWS's own tools show two */
#define PROFILE_RUN_MS 60000	/* for a credential_process, as the AWS SDKs for Go */
#define PROFILE_OUT_MAX 65536	/* bytes of its output, which has 2 KB */

/* Source of all rules: "Shared config and credentials files", "Assume role credential provider" and "Process credential
   provider" of the AWS SDKs and Tools Reference. Where SDKs differ, tests/vectors/profile.py says which way was taken, and why. */

struct profile_file {
	struct str path;	/* for messages; empty: there is no such place */
	struct str text;	/* empty: there is no such file */
};

/* Where a chain of profiles begins. */
enum profile_base {
	PROFILE_KEYS,
	PROFILE_PROCESS,	/* credential_process */
	PROFILE_WEB,		/* web_identity_token_file, with the last of the roles */
	PROFILE_ENVIRONMENT,	/* credential_source, exact case */
	PROFILE_CONTAINER,
	PROFILE_INSTANCE,
};

struct profile_role {
	struct str profile;	/* that says so */
	struct str param[STS_TOKEN];	/* for STS; all but the first may be empty */
};

enum profile_setting {
	PROFILE_REGION,
	PROFILE_STS_ENDPOINT,	/* of its services section, else its own */
	PROFILE_FIPS,
	PROFILE_DUALSTACK,
	PROFILE_SETTINGS,
};

/* All slices are parts of the files' texts and of the name. */
struct profile_plan {
	enum profile_base base;
	struct cred keys;		/* PROFILE_KEYS */
	struct str profile;		/* PROFILE_PROCESS: whose it is, */
	struct str file;		/* the path it stands in, */
	struct str command;		/* and the command line: never to be shown */
	struct str token_file;		/* PROFILE_WEB */
	struct profile_role role[PROFILE_ROLES];	/* the last one is assumed first */
	unsigned role_n;
	struct str setting[PROFILE_SETTINGS];	/* of the profile itself, not of its sources; may be empty */
};

/* What the config and the credentials file say of a profile. In the config file it is [profile X], or [default] where there is no [profile default]; in the
   credentials file [X]. The credentials file wins, key by key, but id, secret and token are of one file. What each profile of the
   chain may hold:
     own keys end the chain in a profile that another one names; the profile may name itself;
     role_arn with exactly one of source_profile, credential_source, credential_process, web_identity_token_file and own keys
     (which may stand beside source_profile, that then counts); or without role_arn own keys, else credential_process.
   ERR_ABSENT, the settings filled: the profile is not there, or has no credentials. ERR_INPUT: half a pair, two sources, a
   source without role_arn, a circle ("a -> b -> a"), over PROFILE_ROLES roles, a source that is not there, what needs a person
   (mfa_serial beside a role, sso and login_session where they are the only source), a malformed file or value. CAUSE_CREDENTIALS,
   with file and line where there is one,
   and "source_profile NAME: " in front where it is of another profile than the one asked for. A value goes over several lines only in keys that are not ours. */
int profile_resolve(struct profile_plan *out, const struct profile_file file[2], struct str name, struct err *e)
	__attribute__((warn_unused_result));

enum profile_state {
	PROFILE_START,
	PROFILE_FILE_READ,
	PROFILE_RUN_ENDED,	/* the command */
	PROFILE_ASKED,		/* an answer for another machine */
};

struct profile {
	struct cred cred;		/* after STEP_DONE; first, as in every source */
	const struct cred_env *env;	/* set by the caller, the rest zero */
	struct str home;		/* HOME; may be empty */
	struct str host;		/* this machine's name, for STS; may be empty */
	bool look;			/* only the settings are wanted: nothing is asked but the files */
	enum profile_state state;
	struct str name;
	struct profile_file file[2];	/* config, credentials */
	unsigned file_n;		/* read of these */
	unsigned left;			/* roles to be assumed */
	struct profile_plan plan;
	struct cred_env settings;	/* env, and the profile's settings where it has none: after STEP_DONE and ERR_ABSENT, for whoever
					   asks STS or needs a region */
	step_fn *step;			/* of the machine that is asked */
	union {
		struct cred got;	/* what each of these begins with */
		struct web web;
		struct container container;
		struct imds imds;
		struct sts sts;
	};
};

/* Reads AWS_CONFIG_FILE, else HOME/.aws/config; AWS_SHARED_CREDENTIALS_FILE, else HOME/.aws/credentials; finds the profile AWS_PROFILE,
   else "default"; takes its base, then role by role. ERR_ABSENT only when nothing was asked for by name: the files that are
   not there, the profile, its credentials. A file named by a variable that is missing is ERR_RETRY (it may be mounted late), so
   is a credentials file named by one where there are no credentials (it may be half written), a
   profile named so without credentials ERR_INPUT, a file that cannot be read an error in any case: going on could log in as
   somebody else. A credential_process that fails, prints what is not credentials, or ones that have expired, is ERR_RETRY.
   Lines begin with "profile". */
enum step profile_step(void *machine, const struct answer *in, struct ask *out, struct senv *env, struct err *e);

#endif
