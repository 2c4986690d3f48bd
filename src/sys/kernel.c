/* sys/kernel.c: system calls by number, where libc's own way costs many times the call. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/kernel.h"

#include <signal.h>

int
kernel_open(int folder, const char *path, int flags)
{
	return (int)syscall(SYS_openat, folder, path, flags | O_CLOEXEC | O_NOCTTY | O_LARGEFILE, 0600);
}

int
kernel_stat(int folder, const char *name, struct stat *out, int flags)
{
	return (int)syscall(SYS_newfstatat, folder, name, out, flags);
}

void
kernel_mask(int how, uint64_t set, uint64_t *before)
{
	syscall(SYS_rt_sigprocmask, how, &set, before, sizeof set);
}

/* The kernel's struct sigaction; libc's is another. */
struct action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned mask[2];
};

#ifdef __x86_64__
/* How a handler returns: of our processors' kernels this one does not know it by itself. */
#define RESTORER 0x04000000
__attribute__((naked)) static void
sig_return(void)
{
	__asm__("mov %0, %%eax\n\tsyscall" : : "i"(SYS_rt_sigreturn));
}
#else
#define RESTORER 0
#define sig_return NULL
#endif

bool
kernel_is_ignored(int number)
{
	struct action now = { 0 };

	syscall(SYS_rt_sigaction, number, NULL, &now, sizeof now.mask);
	return now.handler == SIG_IGN;
}

void
kernel_handle(int number, void (*handler)(int))
{
	struct action a = { .handler = handler, .flags = RESTORER, .restorer = sig_return };

	syscall(SYS_rt_sigaction, number, &a, NULL, sizeof a.mask);
}
