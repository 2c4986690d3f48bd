/* conf/file.h: what the readers of configuration files share: file.c has the keys, sink.c the sinks. For conf/ alone. */
/* SPDX-License-Identifier: MIT */
#ifndef CONF_FILE_H
#define CONF_FILE_H

#include "conf/conf.h"
#include "data/hcl.h"

/* Blocks that are replaced together stand together, and those of a sink last; from IN_CONFIG on keys count as they are written,
   but for IN_SINK. */
enum block { IN_FILE, IN_VAULT, IN_RETRY, IN_AUTO_AUTH, IN_METHOD, IN_CONFIG, IN_IOT, IN_SINK, IN_SINK_CONFIG, BLOCKS };

#define FILE_ROWS 82	/* keys that are known */

/* What a key says. */
struct said {
	struct str text;
	int64_t n;		/* of a boolean, number or duration (ms) */
	const char *prefix;	/* where: "FILE:3:5: "; NULL: nowhere */
};

/* The file that is being read, and what it and those before it have said. */
struct file {
	struct config *config;
	const char *name;
	enum conf_verb verb;
	struct arena *arena;
	struct err *e;
	struct str type;		/* of the method or sink that is being read: its label, or its `type` */
	const char *block_at[BLOCKS];	/* as prefix */
	bool has_ca;			/* a flag or a variable says whom to trust: nothing here does, then */
	bool is_seen[FILE_ROWS];	/* keys of this file and this sink: each stands once */
	struct said said[FILE_ROWS];
};

/* Where the values of a sink go, before they have been looked at together. */
struct file_sink {
	struct conf_sink sink;
	struct str dh_type, aad_env_var;
};

/* Refuse a value: "FILE:3:5: name what". Returns -1. */
int file_refuse(struct file *f, const struct hcl *at, const char *name, const char *what);

/* Refuse a block that has a label too many, or is none. */
int file_check_block(struct file *f, const struct hcl *v, const char *name) __attribute__((warn_unused_result));

/* Take a label for the type: the one that pantler has, in any case. */
void file_set_type(struct file *f, struct str label, const char *known);

/* Refuse a block of another type. */
int file_check_type(struct file *f, const struct hcl *at, const char *name, const char *known) __attribute__((warn_unused_result));

/* Drop what these blocks have said. */
void file_forget(struct file *f, enum block first, enum block last);

/* Whether an object is nothing but a label, or several, around other objects or lists. */
bool file_is_label(struct file *f, const struct hcl *v, enum block in);

/* Read the keys of a block. */
int file_read_block(struct file *f, const struct hcl *body, enum block in) __attribute__((warn_unused_result));

/* Put what these blocks have said where it belongs: a struct config, or a struct file_sink. */
int file_apply(struct file *f, enum block first, enum block last, void *base) __attribute__((warn_unused_result));

/* sink {} and sinks {}, in every shape, to the end of config->sink. `label`: what stands around them. */
int file_read_sinks(struct file *f, const struct hcl *v, struct str label) __attribute__((warn_unused_result));

#endif
