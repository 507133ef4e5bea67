/* printf and scanf of all kinds of numbers. long double has more digits than where this is compared with: none is shown beyond. */
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
	long double third = 1.0L / 3, parsed;
	printf("%.15Lf %.15Le %Lg\n", third, third * 1e300L, third);
	printf("%.15Lf %.12Lf\n", sqrtl(2), expl(1));
	sscanf("123456.789e3", "%Lf", &parsed);
	printf("%.3Lf\n", parsed);
	printf("%d\n", LDBL_MANT_DIG >= 64);
	printf("%a %.17g %g %e\n", 0.1, 0.1, 1e100, -2.5e-310);
	printf("%" PRId64 " %" PRIu64 " %#x %#o\n", INT64_MIN, UINT64_MAX, 48879, 8);
	printf("%.10f %.10f %.10f\n", sin(1), pow(2, 0.5), atan2(1, -1));
	printf("%d %d %d\n", isnan(NAN), isinf(-INFINITY) != 0, signbit(-0.0) != 0);
	printf("%lld %llu\n", strtoll("-9223372036854775808", NULL, 10), strtoull("ffffffffffffffff", NULL, 16));
	unsigned long long wide = 1;
	for (int i = 1; i <= 20; i++) wide *= i;
	printf("%llu %llu\n", wide, wide % 1000000007);
	__typeof__(0ULL) product = 0xdeadbeefcafebabeULL;
	printf("%016llx\n", product * product >> 3);
	return 0;
}
