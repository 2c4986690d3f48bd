/* cmd/config.c: the configuration files: found, read, handed to conf, and what conf found odd in them told. */
/* SPDX-License-Identifier: MIT */
#include "cmd/cmd.h"
#include "data/hcl.h"
#include "sys/file.h"
#include "sys/log.h"
#include "sys/mem.h"

#include <errno.h>

/* Address space for the texts, HCL_MAX together, the copies of their strings (conf_read_files), and the names of files. */
#define CONFIG_BYTES (4 * (size_t)HCL_MAX + 512 * 1024)

struct files {
	struct conf_file file[CONF_FILES];
	size_t n;
	size_t left;	/* bytes that all others together may have */
	int64_t changed_s;	/* the newest of them */
	const char *shared;	/* one that others than its owner can read, or NULL */
};

static int
add_file(struct files *f, const char *path, struct arena *a, struct err *e)
{
	struct conf_file *to = &f->file[f->n];
	int64_t changed_s;
	unsigned others;

	if (f->n == CONF_FILES)
		return err_set(e, ERR_LIMIT, CAUSE_USE, "more than %d configuration files", CONF_FILES);
	if (file_read(path, f->left, a, &to->text, &others, e) < 0)
		return -1;
	to->name = path;
	if (others & 044)
		f->shared = path;
	changed_s = file_changed_s(path);
	if (changed_s > f->changed_s)
		f->changed_s = changed_s;
	f->left -= to->text.len;
	f->n++;
	return 0;
}

/* As Vault Agent chooses them, but for the order: there it is the folder's own. Editors' backups end otherwise, or begin so. */
static bool
is_config(struct str name)
{
	return (str_has_suffix(name, S(".hcl")) || str_has_suffix(name, S(".json"))) && !str_begins(name, ".#");
}

static int
add_path(struct files *f, const char *path, struct arena *a, struct err *e)
{
	const char *list[CONF_FILES];
	size_t n;

	if (add_file(f, path, a, e) == 0)
		return 0;
	if (e->sys != EISDIR || file_list(path, is_config, a, list, CONF_FILES, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (add_file(f, list[i], a, e) < 0 && e->sys != EISDIR)
			return -1;
	return 0;
}

int
cmd_read_config(struct cmd *c, struct err *e)
{
	struct config *conf = &c->config;
	const struct setting *s = &conf->set[CONF_CONFIG];
	struct files f = { .left = HCL_MAX };

	if (!conf->path_n && s->value.len)	/* by the variable */
		conf->path[conf->path_n++] = s->value.at;
	if (!conf->path_n && c->verb != VERB_AGENT)
		return 0;
	if (mem_arena(&c->arena, CONFIG_BYTES, e) < 0)
		return -1;
	for (size_t i = 0; i < conf->path_n; i++)
		if (add_path(&f, conf->path[i], &c->arena, e) < 0)
			return err_in(e, "%s%s", s->prefix, s->name);
	c->configured_s = f.changed_s;
	if (conf_read_files(conf, c->verb, f.file, f.n, &c->arena, e) < 0)
		return -1;
	if (f.shared && (conf->cred.secret.len || conf->nonce.len))
		log_text(LOG_WARN, "%s can be read by others than its owner", f.shared);
	return 0;
}

void
cmd_warn_config(const struct config *c)
{
	if (str_is(c->set[CONF_TYPE].value, "iam") && (c->nonce.len || c->pkcs7 || c->set[CONF_NONCE_FILE].value.len))
		log_text(LOG_WARN, "nonce, nonce_file and ec2_proof are for type ec2, and ignored");
	for (size_t i = 0; i < c->unknown_n; i++) {
		const struct conf_unknown *u = &c->unknown[i];

		log_text(LOG_WARN, u->nearest ? "%s%s \"%.*s\" is ignored: did you mean %s?" : "%s%s \"%.*s\" is ignored", u->prefix,
		    u->is_lacking ? "unsupported" : "unknown key", STR(u->key), u->nearest);
	}
}
