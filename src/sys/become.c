/* sys/become.c: this process becomes another program, with nothing of ours left but what it is given. */
/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE 1
#include "sys/become.h"

#include "sys/kernel.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/vfs.h>

#define NOEXEC_SEAL 8	/* MFD_NOEXEC_SEAL, Linux 6.3; vm.memfd_noexec=2 demands it */
#define STRING_MAX (32 * 4096)	/* MAX_ARG_STRLEN, with the NUL */
#define FILES_MAX 65536	/* descriptors above this nobody hands on by accident */
#define ALL_MAX (6 * 1024 * 1024)	/* what Linux gives at most, whatever the stack */

static int
fault(struct err *e, const char *name, int sys)
{
	if (sys == ENOENT || sys == ENOTDIR) {
		err_set(e, ERR_ABSENT, CAUSE_USE, "%s: not found", name);
		return BECOME_NOT_FOUND;
	}
	err_sys(e, CAUSE_USE, sys, "%s: cannot be executed", name);
	return BECOME_NOT_EXECUTABLE;
}

/* 0, or an errno. */
static int
check_program(const char *path)
{
	struct stat st;

	if (kernel_stat(AT_FDCWD, path, &st, 0) < 0)
		return errno;
	if (!S_ISREG(st.st_mode))
		return EACCES;
	return syscall(SYS_faccessat, AT_FDCWD, path, X_OK) < 0 ? errno : 0;
}

int
become_find(const char **out, const char *name, struct str path, struct arena *a, struct err *e)
{
	struct str rest = path.len ? path : S("/usr/bin:/bin"), folder;
	int sys, first = ENOENT;
	bool more;

	*out = name;
	if (!*name || str_find_c(str_of(name), '/') != SIZE_MAX) {
		sys = check_program(name);
		return sys ? fault(e, name, sys) : 0;
	}
	do {
		struct buf b = arena_buf(a, rest.len + str_of(name).len + 3);

		more = str_split(&rest, ':', &folder);
		buf_fmt(&b, "%.*s/%s%c", STR(folder.len ? folder : S(".")), name, 0);
		if (b.full) {
			arena_err(e);
			return BECOME_NOT_EXECUTABLE;
		}
		*out = b.at;
		sys = check_program(*out);
		if (!sys)
			return 0;
		if (first == ENOENT && sys != ENOTDIR)
			first = sys;
	} while (more);
	return fault(e, name, first);
}

static int
end_file(int fd, struct err *e)
{
	int sys = errno;

	close(fd);
	return err_sys(e, CAUSE_OUTPUT, sys, "a file in memory");
}

int
become_memory_file(struct buf *path, struct str bytes, struct err *e)
{
	static const char folder[] = "/proc/self/fd/";
	long fd;

	if (syscall(SYS_faccessat, AT_FDCWD, folder, X_OK) < 0)
		return err_sys(e, CAUSE_OUTPUT, errno, "no file in memory: %s", folder);
	/* Not close-on-exec: that is what it is for. */
	fd = syscall(SYS_memfd_create, "secret", MFD_ALLOW_SEALING | NOEXEC_SEAL);
	if (fd < 0 && errno == EINVAL)
		fd = syscall(SYS_memfd_create, "secret", MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_sys(e, CAUSE_OUTPUT, errno, "no file in memory");
	while (bytes.len) {
		ssize_t done = write((int)fd, bytes.at, bytes.len);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return end_file((int)fd, e);
		bytes = str_part(bytes, (size_t)done, bytes.len);
	}
	syscall(SYS_lseek, fd, 0L, SEEK_SET);
	if (syscall(SYS_fchmod, fd, 0400) < 0 || syscall(KERNEL_FCNTL, fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return end_file((int)fd, e);
	buf_fmt(path, "%s%llu", folder, (unsigned long long)fd);
	return path->full ? arena_err(e) : 0;
}

int
become_check_folder(const char *folder, struct err *e)
{
	struct statfs fs;

	if (statfs(folder, &fs) < 0)
		return err_sys(e, CAUSE_USE, errno, "%s", folder);
	return (unsigned long)fs.f_type == 0x01021994 || (unsigned long)fs.f_type == 0x858458f6 ? 0 :
	    err_set(e, ERR_INPUT, CAUSE_USE, "%s: neither tmpfs nor ramfs: secrets would come to a disk", folder);
}

/* -1: one is too long, *which. */
static int
add_sizes(char *const *list, uint64_t *sum, const char **which)
{
	for (; *list; list++) {
		size_t len = str_of(*list).len + 1;

		*which = *list;
		if (len > STRING_MAX)
			return -1;
		*sum += len + sizeof(char *);
	}
	return 0;
}

int
become_check_size(char *const *argv, char *const *envp, struct err *e)
{
	struct rlimit stack = { RLIM_INFINITY, RLIM_INFINITY };
	uint64_t sum = 0, most;
	const char *which;
	struct str name;

	prlimit(0, RLIMIT_STACK, NULL, &stack);
	most = stack.rlim_cur / 4 < ALL_MAX ? stack.rlim_cur / 4 : ALL_MAX;
	if (most < STRING_MAX)
		most = STRING_MAX;
	if (add_sizes(argv, &sum, &which) < 0)
		return err_set(e, ERR_LIMIT, CAUSE_LIMIT, "an argument of the program is over the kernel's limit of %d bytes", STRING_MAX);
	if (add_sizes(envp, &sum, &which) < 0) {
		name = str_of(which);
		name = str_cut(&name, '=');
		return err_set(e, ERR_LIMIT, CAUSE_LIMIT, "%.*s is over the kernel's limit for a variable, %d bytes", STR(str_part(name, 0, 100)), STRING_MAX);
	}
	return sum <= most ? 0 : err_set(e, ERR_LIMIT, CAUSE_LIMIT, "arguments and environment are over the kernel's limit of %llu bytes",
	    (unsigned long long)most);
}

void
become_alone(void)
{
	struct rlimit files = { 0, 0 };

#ifdef SYS_close_range
	if (syscall(SYS_close_range, 3, ~0u, 4 /* CLOSE_RANGE_CLOEXEC, Linux 5.11 */) == 0)
		return;
#endif
	prlimit(0, RLIMIT_NOFILE, NULL, &files);
	for (unsigned fd = 3; fd < files.rlim_cur && fd < FILES_MAX; fd++)
		syscall(KERNEL_FCNTL, fd, F_SETFD, FD_CLOEXEC);
}

int
become_program(const char *program, char *const *argv, char *const *envp, const struct proc *saved, struct err *e)
{
	proc_restore(saved);
	syscall(SYS_execve, program, argv, envp);
	return fault(e, program, errno);
}
