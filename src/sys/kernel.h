/* sys/kernel.h: system calls by number, where libc's own way costs many times the call. For this folder alone; decides nothing. */
/* SPDX-License-Identifier: MIT */
#ifndef SYS_KERNEL_H
#define SYS_KERNEL_H

#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* libc wraps many calls for kernels before 2.6.39, for threads, and on 32-bit processors for a second set of times: 5 KB of
   ours. Linux 2.6.39 is the oldest that this folder speaks to; what is newer than that is asked for, and done without, at its
   place. What syscall(2) is given stands as the kernel has it: bounded times are `long`, sets of signals 64 bits.

   The numbers that 32-bit processors have under other names, for calls that are the same otherwise. */
#ifdef SYS_fstatat64
#define SYS_newfstatat SYS_fstatat64
#endif
#ifdef SYS_timerfd_settime32
#define SYS_timerfd_settime SYS_timerfd_settime32
#endif
#ifdef SYS_clock_gettime32
#define SYS_clock_gettime SYS_clock_gettime32
#endif
#ifdef SYS_fchown32
#define KERNEL_FCHOWN SYS_fchown32
#else
#define KERNEL_FCHOWN SYS_fchown
#endif
#ifdef SYS_fcntl64
#define KERNEL_FCNTL SYS_fcntl64
#else
#define KERNEL_FCNTL SYS_fcntl
#endif
#ifdef SYS_mmap2
#define KERNEL_MMAP SYS_mmap2	/* its offset counts pages; ours is 0 */
#else
#define KERNEL_MMAP SYS_mmap
#endif

/* openat(2), always with O_CLOEXEC and O_NOCTTY, and 0600 for what O_CREAT makes. A descriptor; or -1 with errno. */
int kernel_open(int folder, const char *path, int flags);

/* fstatat(2); with an empty name and AT_EMPTY_PATH, fstat(2). Of *out only device, inode, mode, number of names, owner and rdev may be read,
   and kernel_changed_s: libc keeps other fields elsewhere than a 32-bit kernel. 0; or -1 with errno. */
int kernel_stat(int folder, const char *name, struct stat *out, int flags);

/* When what that describes was made or changed last (its ctime), unix seconds. */
static inline int64_t
kernel_changed_s(const struct stat *st)
{
#ifdef SYS_fstatat64
	return (uint32_t)st->__st_ctim32.tv_sec;
#else
	return (int64_t)st->st_ctim.tv_sec;
#endif
}

/* A record of getdents64(2); opendir(3) would bring malloc. */
struct kernel_entry {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;	/* the whole record's length */
	uint8_t type;
	char name[];
};

/* A set that holds signal `number` (1 to 31) alone, as the kernel has it. */
static inline uint64_t
kernel_signal(int number)
{
	return 1u << (number - 1);
}

/* rt_sigprocmask(2): how is SIG_BLOCK, SIG_UNBLOCK or SIG_SETMASK. Cannot fail. */
void kernel_mask(int how, uint64_t set, uint64_t *before);

/* Whether a signal is ignored. */
bool kernel_is_ignored(int number);

/* Handle a signal from now on: SIG_IGN, SIG_DFL or a function. No SA_RESTART: it interrupts what is waiting. */
void kernel_handle(int number, void (*handler)(int));

#endif
