/* Clocks go forward, agree with each other, and sleep as long as they should. */
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include "tell.h"

static double seconds(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

int main(void)
{
	struct timespec ten = { 0, 10000000 }, resolution;
	double begin = seconds(CLOCK_MONOTONIC);
	nanosleep(&ten, NULL);
	double slept = seconds(CLOCK_MONOTONIC) - begin;
	printf("slept long enough %d, and not for ever %d\n", slept >= 0.0099, slept < 10);
	printf("time() agrees %d\n", time(NULL) - seconds(CLOCK_REALTIME) < 2);
	printf("this century %d\n", time(NULL) > 1700000000);
	printf("resolution %d\n", clock_getres(CLOCK_MONOTONIC, &resolution) == 0 && resolution.tv_sec == 0);
	TELL(clock_gettime(1000, &ten));
	struct tm tm;
	time_t moment = 1000000000;
	char text[64];
	strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %a %j", gmtime_r(&moment, &tm));
	printf("%s %lld\n", text, (long long)mktime(&tm));
	printf("%ld\n", sysconf(_SC_PAGESIZE));
	return 0;
}
