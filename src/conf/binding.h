/* conf/binding.h: what a program is to get of Vault's secrets: the words of exec's -env, -env-all and -file, and which variables may be set at all. Fetches nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef CONF_BINDING_H
#define CONF_BINDING_H

#include "base/err.h"

struct binding {
	struct str var;		/* of -env-all what stands before each name, may be empty */
	struct str path;
	struct str field;	/* of -env-all empty */
};

/* "VAR=PATH#FIELD", or with is_all "[PREFIX=]PATH"; the field is what stands behind the last "#". Slices of `text`. 0; or -1, ERR_INPUT, CAUSE_USE, what is
   missing or is no name, or binding_check_name. */
int binding_parse(struct binding *out, struct str text, bool is_all, struct err *e) __attribute__((warn_unused_result));

/* Whether a variable of that name may hold a secret: [A-Z_][A-Z0-9_]*, and none that steers the loader, the shell, an interpreter, AWS or Vault: whoever may write a secret
   shall not choose the program that runs. 0; or -1, ERR_INPUT, CAUSE_USE, with the name. */
int binding_check_name(struct str name, struct err *e) __attribute__((warn_unused_result));

/* Of the environment that we were given ("NAME=value"): whether it holds a secret of ours, AWS's keys or a token for Vault, which no program gets from here. */
bool binding_is_ours(struct str variable) __attribute__((warn_unused_result));

/* And whether -pristine leaves it: where programs, home, language, time zone and terminal are. */
bool binding_is_plain(struct str variable) __attribute__((warn_unused_result));

#endif
