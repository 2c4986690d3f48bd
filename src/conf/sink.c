/* conf/sink.c: the sinks of a configuration file: their shapes, and what of their keys goes together. Opens none of them. */
/* SPDX-License-Identifier: MIT */
#include "conf/file.h"

/* What is wrong with a sink's keys together, or NULL. */
static const char *
judge(const struct file_sink *s)
{
	if (!s->sink.path.len)
		return "has no \"path\" in its \"config\"";
	if (!s->dh_type.len != !s->sink.dh_path.len)
		return "needs dh_type and dh_path together";
	if (s->dh_type.len)
		return str_is(s->dh_type, "curve25519") ? NULL : "dh_type must be curve25519";
	return s->sink.derive_key || s->sink.aad.len || s->aad_env_var.len ? "has derive_key or aad, which mean nothing without dh_type" : NULL;
}

static int
read_sink(struct file *f, const struct hcl *v, struct str label)
{
	struct config *c = f->config;
	struct file_sink s = { .sink = { .mode = 0640, .uid = -1, .gid = -1 } };
	const char *bad;

	if (c->sink_n == CONF_SINKS) {
		err_set(f->e, ERR_LIMIT, CAUSE_USE, "more than %d sinks", CONF_SINKS);
		return hcl_in(f->e, f->name, v);
	}
	if (file_check_block(f, v, "sink") < 0)
		return -1;
	file_forget(f, IN_SINK, IN_SINK_CONFIG);
	file_set_type(f, label, "file");
	if (file_read_block(f, v, IN_SINK) < 0 || file_apply(f, IN_SINK, IN_SINK_CONFIG, &s) < 0 || file_check_type(f, v, "sink", "file") < 0)
		return -1;
	bad = judge(&s);
	if (bad)
		return file_refuse(f, v, "sink", bad);
	s.sink.encrypt = s.dh_type.len > 0;
	if (s.aad_env_var.len)
		s.sink.aad = conf_env(c, s.aad_env_var.at);
	c->sink[c->sink_n++] = s.sink;
	return 0;
}

int
file_read_sinks(struct file *f, const struct hcl *v, struct str label)
{
	struct hcl key, inner;
	size_t cursor = 0;
	int result = 0;

	if (hcl_type(v) != HCL_LIST && (label.len || !file_is_label(f, v, IN_SINK)))
		return read_sink(f, v, label);
	while (result == 0 && hcl_each(v, &cursor, &key, &inner)) {
		struct str text = label;

		if (key.text.len && hcl_text(&key, f->arena, &text, f->e) < 0)
			return -1;
		result = file_read_sinks(f, &inner, str_eq_nocase(text, S("sink")) ? S("") : text);
	}
	return result;
}
