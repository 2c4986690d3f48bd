/* sys/pid.c: the file that says our number. */
/* SPDX-License-Identifier: MIT */
#include "sys/pid.h"

#include "sys/file.h"

#include <unistd.h>

#define PID_MAX 10	/* digits of 2^31 */

static struct str
our_number(char (*text)[PID_MAX])
{
	struct buf b = BUF(*text);

	buf_add_u64(&b, (uint64_t)getpid());
	return buf_str(&b);
}

int
pid_write(const char *path, struct err *e)
{
	char text[PID_MAX];

	return file_replace(str_of(path), our_number(&text), 0600, e) < 0 ? err_in(e, "storing pid") : 0;
}

void
pid_remove(const char *path)
{
	char text[PID_MAX], memory[PID_MAX + 1];
	struct arena a = { .at = memory, .cap = sizeof memory };
	struct str said;
	struct err e;
	unsigned others;

	if (file_read(path, PID_MAX, &a, &said, &others, &e) == 0 && str_eq(said, our_number(&text)))
		unlink(path);
}
