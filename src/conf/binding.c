/* conf/binding.c: what a program is to get of Vault's secrets, and which variables may be set at all. */
/* SPDX-License-Identifier: MIT */
#include "conf/binding.h"

#include "vault/value.h"

/* Whole names; those that end in "*" are beginnings. */
static bool
is_listed(struct str name, const char *list)
{
	for (; *list; list = str_next(list)) {
		struct str one = str_of(list);

		if (one.at[one.len - 1] == '*' ? str_has_prefix(name, str_part(one, 0, one.len - 1)) : str_eq(name, one))
			return true;
	}
	return false;
}

int
binding_check_name(struct str name, struct err *e)
{
	static const char steer[] = "LD_*\0" "GLIBC_*\0" "MALLOC_*\0" "GCONV_PATH\0" "LOCPATH\0" "NLSPATH\0" "TZDIR\0" "RES_OPTIONS\0" "HOSTALIASES\0"
		"LOCALDOMAIN\0" "TERMINFO*\0" "PATH\0" "IFS\0" "ENV\0" "BASH*\0" "SHELLOPTS\0" "PS4\0" "CDPATH\0" "PROMPT_COMMAND\0" "HOME\0" "SHELL\0" "TMPDIR\0" "PWD\0"
		"PYTHON*\0" "PERL*\0" "RUBY*\0" "LUA_*\0" "PHP*\0" "NODE_*\0" "JAVA_*\0" "_JAVA_*\0" "JDK_*\0" "CLASSPATH\0" "DOTNET_*\0" "GODEBUG\0" "SSL_CERT_*\0" "OPENSSL_*\0"
		"AWS_*\0" "VAULT_*\0" "BAO_*\0" "PANTLER_*\0";

	if (!value_is_name(name))
		return err_set(e, ERR_INPUT, CAUSE_USE, "\"%.*s\" is no name of a variable: A-Z, 0-9 and _ , no digit first", STR(str_part(name, 0, 100)));
	return is_listed(name, steer) ? err_set(e, ERR_INPUT, CAUSE_USE, "%.*s steers a program, and takes no secret", STR(str_part(name, 0, 100))) : 0;
}

int
binding_parse(struct binding *out, struct str text, bool is_all, struct err *e)
{
	struct str rest = text, head;
	size_t at;

	*out = (struct binding){ 0 };
	if (str_split(&rest, '=', &head)) {
		out->var = head;
		text = rest;
	}
	out->path = text;
	if (is_all && out->var.len && !value_is_name(out->var))
		return err_set(e, ERR_INPUT, CAUSE_USE, "\"%.*s\" cannot begin the name of a variable: A-Z, 0-9 and _ , no digit first",
		    STR(str_part(out->var, 0, 100)));
	if (is_all)
		return text.len ? 0 : err_set(e, ERR_INPUT, CAUSE_USE, "names no path");
	for (at = text.len; at > 0 && text.at[at - 1] != '#';)
		at--;
	if (!out->var.len || at < 2 || at == text.len)
		return err_set(e, ERR_INPUT, CAUSE_USE, "must be like VAR=PATH#FIELD");
	out->path.len = at - 1;
	out->field = str_part(text, at, text.len);
	return binding_check_name(out->var, e);
}

bool
binding_is_ours(struct str variable)
{
	return is_listed(str_cut(&variable, '='), "AWS_ACCESS_KEY_ID\0" "AWS_SECRET_ACCESS_KEY\0" "AWS_SESSION_TOKEN\0" "AWS_ACCESS_KEY\0" "AWS_SECRET_KEY\0"
	    "AWS_SECURITY_TOKEN\0" "AWS_CONTAINER_AUTHORIZATION_TOKEN\0" "VAULT_TOKEN\0" "BAO_TOKEN\0");
}

bool
binding_is_plain(struct str variable)
{
	return is_listed(str_cut(&variable, '='), "PATH\0" "HOME\0" "USER\0" "LOGNAME\0" "SHELL\0" "PWD\0" "TMPDIR\0" "LANG\0" "LC_*\0" "TZ\0" "TERM\0" "HOSTNAME\0");
}
