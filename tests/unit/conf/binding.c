/* tests/unit/conf/binding.c: the words of -env, -env-all and -file, and every variable that takes no secret, is not handed on, or is left by -pristine. */
/* SPDX-License-Identifier: MIT */
#include "conf/binding.h"

#include "tests/mutate.h"
#include "tests/tap.h"

static struct err err;
static struct binding b;

static void
is_bound(const char *text, bool is_all, const char *var, const char *path, const char *field)
{
	if (!ok(binding_parse(&b, mutate_guard(0, str_of(text)), is_all, &err) == 0, "\"%s\" is taken", text))
		return;
	is_str(b.var, str_of(var), "its variable");
	is_str(b.path, str_of(path), "its path");
	is_str(b.field, str_of(field), "its field");
}

static void
no_binding(const char *text, bool is_all, const char *line)
{
	ok(binding_parse(&b, mutate_guard(0, str_of(text)), is_all, &err) < 0 && err.code == ERR_INPUT && err.cause == CAUSE_USE, "\"%s\" is refused", text);
	is_line(&err, line, "its line");
}

static void
run_words(void)
{
	static const char *const no_form[] = { "", "=", "#", "A", "A=", "A=p", "A=p#", "A=#f", "=p#f", "p#f", "A=#", "A#f" };

	is_bound("DB=secret/app#password", false, "DB", "secret/app", "password");
	is_bound("_9=p#f", false, "_9", "p", "f");
	is_bound("A=p#q#f", false, "A", "p#q", "f");
	is_bound("A=p=q#f=g", false, "A", "p=q", "f=g");
	is_bound("A=p#a.b", false, "A", "p", "a.b");
	for (size_t i = 0; i < sizeof no_form / sizeof *no_form; i++)
		no_binding(no_form[i], false, "must be like VAR=PATH#FIELD");
	no_binding("a=p#f", false, "\"a\" is no name of a variable: A-Z, 0-9 and _ , no digit first");
	no_binding("9=p#f", false, "\"9\" is no name of a variable: A-Z, 0-9 and _ , no digit first");
	no_binding("A-B=p#f", false, "\"A-B\" is no name of a variable: A-Z, 0-9 and _ , no digit first");
	no_binding("A\n=p#f", false, "\"A\\x0a\" is no name of a variable: A-Z, 0-9 and _ , no digit first");
	no_binding("PATH=p#f", false, "PATH steers a program, and takes no secret");
	is_bound("secret/app", true, "", "secret/app", "");
	is_bound("APP_=secret/app", true, "APP_", "secret/app", "");
	is_bound("=a=b", true, "", "a=b", "");
	is_bound("p#f", true, "", "p#f", "");
	no_binding("", true, "names no path");
	no_binding("A=", true, "names no path");
	no_binding("app_=p", true, "\"app_\" cannot begin the name of a variable: A-Z, 0-9 and _ , no digit first");
	no_binding("1=p", true, "\"1\" cannot begin the name of a variable: A-Z, 0-9 and _ , no digit first");
}

static bool
may_be(const char *name)
{
	return binding_check_name(mutate_guard(0, str_of(name)), &err) == 0;
}

static void
run_names(void)
{
	static const char *const refused[] = { "LD_PRELOAD", "LD_", "LD_LIBRARY_PATH", "LD_AUDIT", "GLIBC_TUNABLES", "MALLOC_CHECK_", "GCONV_PATH", "LOCPATH", "NLSPATH", "TZDIR",
		"RES_OPTIONS", "HOSTALIASES", "LOCALDOMAIN", "TERMINFO", "TERMINFO_DIRS", "PATH", "IFS", "ENV", "BASH_ENV", "BASHOPTS", "SHELLOPTS", "PS4", "CDPATH",
		"PROMPT_COMMAND", "HOME", "SHELL", "TMPDIR", "PWD", "PYTHONPATH", "PERL5OPT", "RUBYOPT", "LUA_INIT", "PHPRC", "PHP_INI_SCAN_DIR", "NODE_OPTIONS",
		"JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "JDK_JAVA_OPTIONS", "CLASSPATH", "DOTNET_STARTUP_HOOKS", "GODEBUG", "SSL_CERT_FILE", "OPENSSL_CONF", "AWS_SECRET_ACCESS_KEY",
		"AWS_PROFILE", "VAULT_TOKEN", "VAULT_ADDR", "BAO_TOKEN", "PANTLER_ROLE" };
	static const char *const taken[] = { "DB", "DB_PASSWORD", "_", "LD", "LDX", "XLD_PRELOAD", "PATHS", "ENVIRONMENT", "HOMES", "PS", "AWS", "VAULT", "MY_VAULT_TOKEN", "IFSX", "NODE",
		"JAVA" };

	for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
		ok(!may_be(refused[i]) && err.cause == CAUSE_USE && str_begins(str_of(err.line), refused[i]), "%s takes no secret", refused[i]);
	for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
		ok(may_be(taken[i]), "%s does", taken[i]);
	ok(!may_be("") && !may_be("a") && !may_be("A B") && !may_be("A=") && !may_be("0"), "nor what is no name");
}

static void
run_environment(void)
{
	static const char *const ours[] = { "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=", "AWS_SESSION_TOKEN=a=b", "AWS_ACCESS_KEY=a", "AWS_SECRET_KEY=a", "AWS_SECURITY_TOKEN=a",
		"AWS_CONTAINER_AUTHORIZATION_TOKEN=a", "VAULT_TOKEN=a", "BAO_TOKEN=a", "VAULT_TOKEN" };
	static const char *const not_ours[] = { "AWS_REGION=a", "VAULT_ADDR=a", "VAULT_TOKENS=a", "vault_token=a", "=VAULT_TOKEN", "A=VAULT_TOKEN", "" };
	static const char *const plain[] = { "PATH=/bin", "HOME=", "USER=a", "LOGNAME=a", "SHELL=a", "PWD=a", "TMPDIR=a", "LANG=C", "LC_ALL=C", "LC_=", "TZ=a", "TERM=a", "HOSTNAME=a" };
	static const char *const not_plain[] = { "PATHS=a", "LANGUAGE=a", "LC=a", "A=PATH", "KEEP=a", "LD_PRELOAD=a", "" };

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		ok(binding_is_ours(mutate_guard(0, str_of(ours[i]))), "%s is not handed on", ours[i]);
	for (size_t i = 0; i < sizeof not_ours / sizeof *not_ours; i++)
		ok(!binding_is_ours(mutate_guard(0, str_of(not_ours[i]))), "\"%s\" is", not_ours[i]);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		ok(binding_is_plain(mutate_guard(0, str_of(plain[i]))), "-pristine leaves %s", plain[i]);
	for (size_t i = 0; i < sizeof not_plain / sizeof *not_plain; i++)
		ok(!binding_is_plain(mutate_guard(0, str_of(not_plain[i]))), "but not \"%s\"", not_plain[i]);
}

/* Whatever is cut or flipped: what is taken has a name that may be, a path and a field. */
static bool
is_sound(struct str text, void *ctx)
{
	(void)ctx;
	return binding_parse(&b, text, false, &err) < 0 || (b.path.len && b.field.len && binding_check_name(b.var, &err) == 0);
}

int
main(void)
{
	run_words();
	run_names();
	run_environment();
	is_int(mutate_cut(S("DB=secret/app#password"), is_sound, NULL), 0, "cut anywhere");
	is_int(mutate_flip(S("DB=secret/app#password"), is_sound, NULL), 0, "with a bit flipped");
	return tap_end();
}
