/* Strings, numbers in them, and searching: what the C library does without the kernel. */
#define _GNU_SOURCE
#define _XOPEN_SOURCE 700
#include <ctype.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <limits.h>
#include <locale.h>
#include <regex.h>
#include <search.h>
#include <stdint.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>
#include "tell.h"

static int sign(int n) { return (n > 0) - (n < 0); }

static void plain(void)
{
	char b[64] = "one,two,,three", *rest = b, *token, *state;
	while ((token = strsep(&rest, ","))) printf("<%s>", token);
	strcpy(b, "  a b  c ");
	for (token = strtok_r(b, " ", &state); token; token = strtok_r(NULL, " ", &state)) printf("(%s)", token);
	printf("\n");
	printf("%zu %zu %zu\n", strspn("aabbc", "ab"), strcspn("aabbc", "c"), strnlen("abc", 2));
	printf("%s %s %s\n", strpbrk("key=value", "=:"), strrchr("a/b/c", '/'), strchrnul("abc", 'z'));
	printf("%d %d %d %d\n", sign(strcasecmp("ABC", "abd")), sign(strncasecmp("ABCx", "abcy", 3)), sign(strverscmp("a10", "a9")), sign(strcoll("a", "b")));
	printf("%s %s\n", strstr("haystack", "st"), strcasestr("HayStack", "STA"));
	printf("%td\n", (char *)memmem("0123456789", 10, "567", 3) - (char *)0 != 0 ? (ptrdiff_t)1 : 0);
	char c[16];
	printf("%td ", stpcpy(c, "abc") - c);
	printf("%td ", (char *)mempcpy(c + 3, "def", 4) - c);
	printf("%s\n", c);
	strncpy(c, "xy", 8);
	printf("%d %d\n", c[2], c[7]);
	printf("%s\n", strncat(strcpy(c, "ab"), "cdef", 2));
	printf("%d\n", memrchr("abc", 'z', 3) == NULL);
	char *dup = strndup("duplicate", 3);
	printf("%s\n", dup);
	free(dup);
	printf("%d %d %d\n", ffs(8), ffsll(1LL << 40), ffs(0));
	memset(c, 'x', 5);
	c[5] = 0;
	memmove(c + 1, "yz", 2);
	printf("%s %d\n", c, sign(memcmp("a\0b", "a\0c", 3)));
	swab("badc", c, 4);
	printf("%.4s\n", c);
	printf("%s\n", basename("/a/b.c"));
}

static void numbers(void)
{
	const char *texts[] = { "0", " 42", "-7x", "0x1F", "0b11", "077", "99999999999999999999", "-99999999999999999999", "", "+", "z", "9223372036854775808", "18446744073709551616" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char *end;
		for (int base = 0; base <= 36; base = base == 0 ? 8 : base == 8 ? 10 : base == 10 ? 16 : base == 16 ? 36 : 37) {
			errno = 0;
			long long v = strtoll(texts[i], &end, base);
			printf("%lld/%td/%d ", v, end - texts[i], errno == ERANGE);
			errno = 0;
			unsigned long long u = strtoull(texts[i], &end, base);
			printf("%llu/%d; ", u, errno == ERANGE);
		}
		errno = 0;
		int v = strtoimax(texts[i], &end, 10) > INT_MAX;
		printf("%d\n", v);
	}
	const char *floats[] = { "1.5", "-0", "1e400", "1e-400", "0x1.8p3", "inf", "nan(12)", ".5.", "1e", "1e+", "infinit", "123456789012345678901234567890" };
	for (size_t i = 0; i < sizeof floats / sizeof *floats; i++) {
		char *end;
		errno = 0;
		double d = strtod(floats[i], &end);
		printf("%a/%td/%d ", d == d ? d : 0, end - floats[i], errno == ERANGE);
		float f = strtof(floats[i], &end);
		printf("%a\n", (double)(f == f ? f : 0));
	}
	printf("%d %ld %lld\n", atoi("12x"), atol(" -3"), atoll("5000000000"));
	printf("%d %lld\n", abs(-3), llabs(-5000000000LL));
	div_t q = div(-7, 2);
	lldiv_t r = lldiv(-7, -2);
	printf("%d %d %lld %lld\n", q.quot, q.rem, r.quot, r.rem);
	errno = 0;
	strtol("1", NULL, 1);
	printf("%d\n", errno);
	srand(1);
	int first = rand();
	srand(1);
	printf("%d\n", first == rand());
	unsigned short seed[3] = { 1, 2, 3 };
	printf("%ld ", nrand48(seed));
	printf("%ld ", jrand48(seed));
	printf("%f\n", erand48(seed));
	srand48(5);
	printf("%ld ", lrand48());
	printf("%f\n", drand48());
	char l64[] = "zz";
	printf("%ld %s\n", a64l(l64), l64a(4000));
}

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
static int compare_r(const void *a, const void *b, void *way) { return (*(const int *)a - *(const int *)b) * *(int *)way; }
static void visit(const void *node, VISIT order, int depth)
{
	if (order == postorder || order == leaf) printf("%d ", **(int *const *)node);
	(void)depth;
}

static void searching(void)
{
	int n[] = { 5, 3, 9, 1, 7, 3 }, key = 7, missing = 4, way = -1;
	size_t count = 6;
	qsort(n, count, sizeof *n, compare);
	for (size_t i = 0; i < count; i++) printf("%d ", n[i]);
	printf("%td %d\n", (int *)bsearch(&key, n, count, sizeof *n, compare) - n, bsearch(&missing, n, count, sizeof *n, compare) == NULL);
	qsort_r(n, count, sizeof *n, compare_r, &way);
	for (size_t i = 0; i < count; i++) printf("%d ", n[i]);
	printf("\n");
	void *root = NULL;
	for (int i = 0; i < 6; i++) tsearch(&n[i], &root, compare);
	twalk(root, visit);
	printf("%d %d\n", tfind(&key, &root, compare) != NULL, tfind(&missing, &root, compare) != NULL);
	tdelete(&key, &root, compare);
	twalk(root, visit);
	printf("\n");
	int list[8] = { 1, 2 };
	size_t used = 2;
	lsearch(&key, list, &used, sizeof *list, compare);
	printf("%zu %d\n", used, lfind(&missing, list, &used, sizeof *list, compare) == NULL);
	hcreate(10);
	ENTRY e = { "name", "value" }, *found;
	hsearch(e, ENTER);
	e.data = NULL;
	found = hsearch(e, FIND);
	printf("%s %d\n", (char *)found->data, hsearch((ENTRY){ "none" }, FIND) == NULL);
	hdestroy();
}

static void patterns(void)
{
	const struct { const char *pattern, *text; int flags; } cases[] = {
		{ "*.c", "a.c", 0 }, { "*.c", "a.h", 0 }, { "a?c", "abc", 0 }, { "[a-c]x", "bx", 0 }, { "[!a-c]x", "bx", 0 }, { "a/*", "a/b/c", 0 },
		{ "a/*", "a/b/c", FNM_PATHNAME }, { "*", ".x", FNM_PERIOD }, { "a*", "a/.b", FNM_PATHNAME | FNM_PERIOD }, { "\\*", "*", 0 },
		{ "\\*", "\\x", FNM_NOESCAPE }, { "[[:digit:]]*", "5x", 0 }, { "A*", "abc", FNM_CASEFOLD }, { "a", "a/b", FNM_LEADING_DIR }, { "[", "[", 0 }, { "", "", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) printf("%d", fnmatch(cases[i].pattern, cases[i].text, cases[i].flags));
	printf("\n");
	const struct { const char *pattern, *text; int flags; } expressions[] = {
		{ "^a+(b|c)$", "aab", REG_EXTENDED }, { "a\\{2\\}", "baab", 0 }, { "([0-9]+)-([a-z]*)", "x 12-ab", REG_EXTENDED }, { "X", "x", REG_ICASE },
		{ "a.c", "a\nc", REG_NEWLINE }, { "^b", "a\nb", REG_NEWLINE }, { "(", "x", REG_EXTENDED }, { "[b-a]", "x", 0 }, { "a*?", "aaa", REG_EXTENDED },
		{ "\\(a\\)\\1", "xaa", 0 }, { "[[:alpha:]]+", "12ab", REG_EXTENDED }, { "x{1,3}", "xxxx", REG_EXTENDED }, { "(a)|(b)", "b", REG_EXTENDED },
	};
	for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++) {
		regex_t r;
		regmatch_t m[4];
		int e = regcomp(&r, expressions[i].pattern, expressions[i].flags);
		if (e) { printf("%s: no\n", expressions[i].pattern); continue; }
		e = regexec(&r, expressions[i].text, 4, m, 0);
		printf("%s: %d", expressions[i].pattern, e);
		for (int j = 0; !e && j < 4; j++) printf(" %d-%d", (int)m[j].rm_so, (int)m[j].rm_eo);
		printf(" %zu\n", r.re_nsub);
		regfree(&r);
	}
}

static void wide(void)
{
	printf("%d\n", setlocale(LC_ALL, "C.UTF-8") != NULL);
	wchar_t w[32];
	char b[32];
	printf("%zu ", mbstowcs(w, "h\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 32));
	printf("%d %d\n", w[1] == 0xe4, w[3] == 0x1f600);
	printf("%zu ", wcstombs(b, L"\u20ac!", 32));
	printf("%s\n", b);
	printf("%zd\n", (ssize_t)mbstowcs(w, "bad\xff", 32));
	mbstate_t s = { 0 };
	printf("%zd ", (ssize_t)mbrtowc(w, "\xe2\x82", 2, &s));
	printf("%zd", (ssize_t)mbrtowc(w, "\xac", 1, &s));
	printf(" %d\n", w[0] == 0x20ac);
	printf("%d %d %d %d\n", iswalpha(0xe4) != 0, towupper(0xe4) == 0xc4, iswdigit(L'5') != 0, wcwidth(0x4e2d));
	printf("%d %ls %zu\n", wcscmp(L"a", L"b") < 0, wcsstr(L"haystack", L"st"), wcslen(L"four"));
	wchar_t *end;
	printf("%ld ", wcstol(L"-12x", &end, 10));
	printf("%d %g\n", *end == L'x', wcstod(L"2.5", NULL));
	wchar_t copy[8];
	wcsncpy(copy, L"abc", 8);
	printf("%ls %d %d\n", wcscat(copy, L"de"), wmemcmp(L"ab", L"ac", 2) < 0, wcschr(L"abc", L'c') != NULL);
	printf("%d %d %d\n", swprintf(copy, 8, L"%d-%ls", 5, L"x"), btowc('a') == L'a', wctob(L'a'));
	for (int c = 0; c < 128; c++) printf("%x", (isalnum(c) != 0) | (ispunct(c) != 0) << 1 | (isspace(c) != 0) << 2 | (isxdigit(c) != 0) << 3);
	printf("\n");
}

int main(void)
{
	plain();
	numbers();
	searching();
	patterns();
	wide();
	return 0;
}
