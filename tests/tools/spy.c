/* tests/tools/spy.c: a program that tells what it was given: number, arguments, environment, descriptors, umask, limits, signals; and what its memory holds that it should not. For tests of exec. */
/* SPDX-License-Identifier: MIT */
/* Standard input: strings that must not be in its memory, a line each, every byte in hexadecimal and inverted, so that reading them does not put them there.
   VARIABLE=/path in the environment with "FILE" in its name: what the file holds, and whether it can be written. It ends with its first argument. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define STRINGS 64

extern char **environ;

static unsigned char wanted[STRINGS][256];
static size_t length[STRINGS], n;

static void
read_wanted(void)
{
	char line[600];

	while (n < STRINGS && fgets(line, sizeof line, stdin)) {
		for (size_t i = 0; line[2 * i] > ' ' && i < sizeof wanted[n]; i++)
			length[n] += sscanf(line + 2 * i, "%2hhx", &wanted[n][i]) == 1;
		n++;
	}
}

/* All that can be read of it, but for what the kernel put there. */
static void
search(void)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	char line[600], right;
	unsigned long from, to;

	while (maps && fgets(line, sizeof line, maps)) {
		if (sscanf(line, "%lx-%lx %c", &from, &to, &right) != 3 || right != 'r' || strstr(line, "[v"))
			continue;
		for (size_t k = 0; k < n; k++)
			for (unsigned char *at = (unsigned char *)from; length[k] && at + length[k] <= (unsigned char *)to; at++) {
				size_t i = 0;

				while (i < length[k] && at[i] == (wanted[k][i] ^ 0xff))
					i++;
				if (i == length[k]) {
					printf("found %zu\n", k);
					break;
				}
			}
	}
	if (maps)
		fclose(maps);
	else
		puts("no maps");
}

static void
show_file(const char *variable)
{
	const char *path = strchr(variable, '=') + 1;
	char text[1000];
	int fd = open(path, O_RDONLY), again = open(path, O_RDWR);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text);

	printf("holds %.*s\n", (int)(got > 0 ? got : 0), text);
	if (again >= 0 && (write(again, "x", 1) == 1 || ftruncate(again, 0) == 0))
		puts("written");
	close(fd);
	close(again);
}

int
main(int argc, char **argv)
{
	struct rlimit core;
	mode_t mask = umask(0);
	sigset_t blocked;

	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			printf("fd %d\n", fd);
	printf("pid %d\n", (int)getpid());
	for (int i = 0; i < argc; i++)
		printf("arg %s\n", argv[i]);
	for (char **e = environ; *e; e++) {
		printf("env %s\n", *e);
		if (strstr(*e, "FILE") && strstr(*e, "FILE") < strchr(*e, '='))
			show_file(*e);
	}
	getrlimit(RLIMIT_CORE, &core);
	printf("umask %03o\ncore %llu\n", (unsigned)mask, (unsigned long long)core.rlim_cur);
	sigprocmask(SIG_SETMASK, NULL, &blocked);
	for (int i = 1; i < 32; i++) {
		struct sigaction now;

		if (sigaction(i, NULL, &now) == 0 && now.sa_handler == SIG_IGN)
			printf("ignored %d\n", i);
		if (sigismember(&blocked, i) == 1)
			printf("blocked %d\n", i);
	}
	read_wanted();
	search();
	fflush(stdout);
	return argc > 1 ? atoi(argv[1]) : 0;
}
