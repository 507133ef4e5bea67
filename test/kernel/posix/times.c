/* Calendar time and its texts. */
#define _GNU_SOURCE
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <utime.h>
#include "tell.h"

static void fields(const struct tm *t)
{
	printf("%d-%d-%d %d:%d:%d wday %d yday %d dst %d\n", t->tm_year, t->tm_mon, t->tm_mday, t->tm_hour, t->tm_min, t->tm_sec, t->tm_wday, t->tm_yday, t->tm_isdst);
}

int main(void)
{
	const char *zones[] = { "UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "EST5EDT,M3.2.0,M11.1.0", "<+0330>-3:30", "AEST-10AEDT,M10.1.0,M4.1.0/3", "NST3:30NDT,M3.2.0,M11.1.0" };
	const long long times[] = { 0, 1, -1, 951782400, 1700000000, 1711846799, 1711846800, 1729990800, 2147483647, 2147483648LL, -2208988800LL, 4102444800LL, 253402300799LL };
	for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
		setenv("TZ", zones[z], 1);
		tzset();
		printf("== %s %s %s %ld %d\n", zones[z], tzname[0], daylight ? tzname[1] : "-", timezone, daylight != 0);
		for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
			time_t t = times[i];
			struct tm tm;
			localtime_r(&t, &tm);
			printf("%lld: ", times[i]);
			fields(&tm);
			printf("%lld %s %ld\n", (long long)mktime(&tm), tm.tm_zone, tm.tm_gmtoff);
		}
	}
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	struct tm odd = { .tm_year = 123, .tm_mon = 14, .tm_mday = -5, .tm_hour = 30, .tm_min = 70, .tm_sec = -10, .tm_isdst = -1 };
	printf("%lld ", (long long)mktime(&odd));
	fields(&odd);
	struct tm leap = { .tm_year = 124, .tm_mon = 1, .tm_mday = 29 };
	printf("%lld ", (long long)timegm(&leap));
	fields(&leap);
	time_t t = 1700000000;
	struct tm tm;
	gmtime_r(&t, &tm);
	const char *formats[] = { "%a %A %b %B %d %e", "%H %I %M %S %p", "%Y %y %C %j %U %W %V %G %g %u %w", "%c", "%x %X", "%D %F %T %R %r", "%n%t%%", "%s", "%h", "%+4Y", "%10Y", "%z" };
	char b[256];
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (i == 9 || i == 10 || i == 7) continue;
		size_t n = strftime(b, sizeof b, formats[i], &tm);
		printf("%zu [%s]\n", n, b);
	}
	printf("%zu\n", strftime(b, 5, "%Y-%m-%d", &tm));
	const struct { const char *text, *format; } parsed[] = {
		{ "2023-11-14 22:13:20", "%Y-%m-%d %H:%M:%S" }, { "14 Nov 2023", "%d %b %Y" }, { "Tuesday", "%A" }, { "10:05 PM", "%I:%M %p" }, { "12/31/99", "%D" },
		{ "x", "%d" }, { "23:59", "%R" },
	};
	for (size_t i = 0; i < sizeof parsed / sizeof *parsed; i++) {
		memset(&tm, 0, sizeof tm);
		char *end = strptime(parsed[i].text, parsed[i].format, &tm);
		printf("%s: %td %d-%d-%d %d:%d:%d\n", parsed[i].text, end ? end - parsed[i].text : -1, tm.tm_year, tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	}
	t = 1700000000;
	gmtime_r(&t, &tm);
	printf("%s%s", asctime_r(&tm, b), ctime(&t));
	printf("%g\n", difftime(100, 30));
	struct timeval tv;
	TELL(gettimeofday(&tv, NULL));
	TELL(tv.tv_sec > 1600000000 && tv.tv_usec >= 0 && tv.tv_usec < 1000000);
	TELL(time(NULL) - tv.tv_sec <= 1);
	TELL(clock() >= 0);
	struct timespec ts;
	TELL(timespec_get(&ts, TIME_UTC));
	TELL(clock_getres(CLOCK_REALTIME, &ts));
	TELL(nanosleep(&(struct timespec){ 0, 1000000000 }, NULL));
	TELL(nanosleep(&(struct timespec){ -1, 0 }, NULL));
	TELL(nanosleep(&(struct timespec){ 0, 1000 }, NULL));
	TELL(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &(struct timespec){ 1, 0 }, NULL));
	TELL(clock_nanosleep(77, 0, &(struct timespec){ 0, 1 }, NULL));
	TELL(clock_settime(CLOCK_MONOTONIC, &(struct timespec){ 1, 0 }));
	TELL(clock_gettime(77, &ts));
	return 0;
}
