/*
 * Loaded before the C library: the clock that can be set is as many seconds ahead as the file says
 * that CLOCK_STEP names, a number of 8 octets in the machine's order. Needs no headers.
 */
typedef long timespec[2];

extern char *getenv(const char *name);
extern int open(const char *path, int flags, ...);
extern void *mmap(void *at, unsigned long size, int protection, int flags, int file, long from);
extern long syscall(long number, ...);

#if defined(__x86_64__)
#define CLOCK_GETTIME 228
#elif defined(__aarch64__)
#define CLOCK_GETTIME 113
#endif
#define READ_ONLY 0
#define READABLE 1
#define SHARED 1

static const volatile long *ahead;

__attribute__((constructor)) static void look(void)
{
	const char *path = getenv("CLOCK_STEP");
	int file = path ? open(path, READ_ONLY) : -1;
	void *seconds = file < 0 ? (void *)-1 : mmap(0, sizeof *ahead, READABLE, SHARED, file, 0);

	if (seconds != (void *)-1)
		ahead = seconds;
}

/* Number 0 is the time of day, 5 the same in coarse steps; others cannot be set. */
int clock_gettime(int number, timespec now)
{
	int status = syscall(CLOCK_GETTIME, (long)number, now);

	if (status == 0 && ahead && (number == 0 || number == 5))
		now[0] += *ahead;
	return status;
}

int gettimeofday(long *now, void *zone)
{
	timespec precise;
	int status = clock_gettime(0, precise);

	(void)zone;
	if (status == 0 && now) {
		now[0] = precise[0];
		now[1] = precise[1] / 1000;
	}
	return status;
}

long time(long *store)
{
	timespec now;
	long seconds = clock_gettime(0, now) == 0 ? now[0] : -1;

	if (store)
		*store = seconds;
	return seconds;
}
