/* cmd/cmd.h: what every verb gets, and the list of verbs. One file a verb; only this folder ends the process. */
/* SPDX-License-Identifier: MIT */
#ifndef CMD_CMD_H
#define CMD_CMD_H

#include "agent/auth.h"

/* Main makes it and, after the verb, wipes and closes it. */
struct cmd {
	enum conf_verb verb;
	struct config config;	/* checked; its verb is static */
	struct arena arena;	/* of the configuration files; empty without one */
	int64_t configured_s;	/* when the newest of these files was changed, unix seconds; 0 without one */
	struct loop loop;
	struct flow flow;	/* over these two; its deadline is -timeout's; of an agent only with that flag, and it counts with -once alone */
	bool is_told;		/* the verb has said itself what went wrong: main only ends with its code */
	int exit_code;		/* exec's: instead of the error's own, which its line tells; 0: that */
	int words_n;		/* what stands behind the verb */
	char *const *words;
	int argc;		/* of these, the arguments after the flags */
	char *const *argv;
};

/* The verb of that name: three C strings, one behind the other, its name, its arguments and a line of help; an empty one when there
   is none. *bit says which it is. */
const char *cmd_find_verb(struct str name, enum conf_verb *bit);

/* Hint at the verb that an unknown one is nearest to, or at help. Returns -1. */
int cmd_hint_verb(struct str name, struct err *e);

/* Each verb: 0, or -1 with *e: main says it, unless is_told, and turns it into the exit code. Of cmd_agent -test does nothing more: what it checks
   is what cmd_configure has taken, the words alone. */
int cmd_login(struct cmd *c, struct err *e) __attribute__((warn_unused_result));
int cmd_sign(struct cmd *c, struct err *e) __attribute__((warn_unused_result));
int cmd_doctor(struct cmd *c, struct err *e) __attribute__((warn_unused_result));
int cmd_agent(struct cmd *c, struct err *e) __attribute__((warn_unused_result));
int cmd_check(struct cmd *c, struct err *e) __attribute__((warn_unused_result));
int cmd_read(struct cmd *c, struct err *e) __attribute__((warn_unused_result));
int cmd_exec(struct cmd *c, struct err *e) __attribute__((warn_unused_result));
int cmd_version(struct cmd *c, struct err *e) __attribute__((warn_unused_result));
int cmd_help(struct cmd *c, struct err *e) __attribute__((warn_unused_result));

/* Environment, then flags, then arguments, then the files that they name, then what they mean together: from words into config and arena. */
int cmd_configure(struct cmd *c, struct err *e) __attribute__((warn_unused_result));

/* The files that -config names, if any, and those of folders that it names, into c->config and c->arena. Warns of a file whose secrets others can read. */
int cmd_read_config(struct cmd *c, struct err *e) __attribute__((warn_unused_result));

/* Warn of the keys in them that nobody knows, and of what type iam has no use for. */
void cmd_warn_config(const struct config *c);

/* Append the help on all verbs. */
void cmd_add_overview(struct buf *b);

/* The exit code of an error (pantler(1), EXIT STATUS). */
int cmd_exit_code(const struct err *e);

/* What the buf holds, to standard output, under the flow's deadline. -1 too when not all of it fitted into the buf. */
int cmd_print(struct cmd *c, const struct buf *data, struct err *e) __attribute__((warn_unused_result));

/* Vault's warnings are for people. */
void cmd_show_warnings(const struct vault_secret *s, struct arena *a);

/* End a value for standard output: with a line end on a terminal, with nothing elsewhere (as `vault -field`). */
void cmd_end_value(struct buf *b);

#endif
