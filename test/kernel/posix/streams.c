/* Streams of the C library: modes, positions, buffers, memory as a file, what is read by formats. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>
#include "tell.h"

static char path[] = "/tmp/streams-XXXXXX";

static void show(void)
{
	char b[256];
	int fd = open(path, O_RDONLY);
	long n = read(fd, b, sizeof b);
	close(fd);
	printf("[%.*s]\n", (int)(n < 0 ? 0 : n), b);
}

static void modes(void)
{
	const char *modes[] = { "r", "r+", "w", "w+", "a", "a+", "rb", "wbx", "q", "re" };
	for (int i = 0; i < 10; i++) {
		int fd = open(path, O_WRONLY | O_TRUNC);
		if (write(fd, "0123456789", 10) != 10) abort();
		close(fd);
		errno = 0;
		FILE *f = fopen(path, modes[i]);
		printf("%s: %d errno %d", modes[i], f != NULL, f ? 0 : errno);
		if (!f) { printf("\n"); continue; }
		if (modes[i][0] != 'a') printf(" at %ld", ftell(f));
		errno = 0;
		int put = fputs("ab", f);
		printf(" put %d %d", put >= 0, ferror(f) != 0);
		clearerr(f);
		fseek(f, 4, SEEK_SET);
		int c = fgetc(f);
		printf(" got %d eof %d error %d", c, feof(f) != 0, ferror(f) != 0);
		clearerr(f);
		fseek(f, 0, SEEK_END);
		fputs("z", f);
		printf(" close %d cloexec ", fclose(f));
		show();
	}
}

static void positions(void)
{
	FILE *f = fopen(path, "w+");
	fpos_t at;
	fputs("line one\nline two\nlast", f);
	rewind(f);
	char b[32];
	printf("%s", fgets(b, sizeof b, f));
	fgetpos(f, &at);
	printf("%s", fgets(b, sizeof b, f));
	fsetpos(f, &at);
	printf("%s", fgets(b, 5, f));
	printf(" %ld\n", ftell(f));
	TELL(ungetc('X', f));
	TELL(ftell(f));
	TELL(getc(f));
	TELL(fseek(f, -3, SEEK_END));
	TELL(fread(b, 1, 10, f));
	TELL(feof(f) != 0);
	TELL(fseek(f, -100, SEEK_SET));
	TELL(fseek(f, 100, SEEK_SET));
	TELL(fputc('!', f));
	TELL(fflush(f));
	struct stat st;
	TELL(fstat(fileno(f), &st));
	printf("%lld\n", (long long)st.st_size);
	TELL(ftruncate(fileno(f), 8));
	rewind(f);
	char *line = NULL;
	size_t room = 0;
	TELL(getline(&line, &room, f));
	TELL(getline(&line, &room, f));
	rewind(f);
	TELL(getdelim(&line, &room, 'n', f));
	printf("%s\n", line);
	TELL(fseeko(f, 0, 9));
	fclose(f);
	free(line);
}

static void buffers(void)
{
	char own[64];
	FILE *f = fopen(path, "w");
	setvbuf(f, own, _IOFBF, sizeof own);
	fputs("kept", f);
	fflush(f);
	show();
	setvbuf(f, NULL, _IOLBF, 0);
	fputs(" line\nrest", f);
	fclose(f);
	show();
	f = fopen(path, "w");
	setvbuf(f, NULL, _IONBF, 0);
	fputs("at once", f);
	show();
	f = freopen(path, "a", f);
	fputs(" more", f);
	fclose(f);
	show();
	int fd = open(path, O_RDWR);
	f = fdopen(fd, "r+");
	fread(own, 1, 2, f);
	printf("%ld %d\n", (long)lseek(fd, 0, SEEK_CUR) >= 2, fileno(f) == fd);
	fclose(f);
	TELL(close(fd));
}

static void memory(void)
{
	char b[16] = "in memory";
	FILE *f = fmemopen(b, sizeof b, "r+");
	char w[16];
	TELL(fscanf(f, "%15s", w));
	printf("%s %ld\n", w, ftell(f));
	fseek(f, 0, SEEK_SET);
	TELL(fputs("IN", f) >= 0);
	fflush(f);
	printf("%s\n", b);
	TELL(fseek(f, 0, SEEK_END));
	TELL(ftell(f));
	fclose(f);
	char *grown;
	size_t size;
	f = open_memstream(&grown, &size);
	fprintf(f, "%d %s", 42, "grown");
	fflush(f);
	printf("%zu %s\n", size, grown);
	fclose(f);
	free(grown);
	f = tmpfile();
	TELL(fputs("temporary", f) >= 0);
	TELL(fclose(f));
}

static void scanned(void)
{
	int a = 0, b = 0, n = 0;
	char s[32] = "", t[32] = "", c = 0;
	double d = 0;
	long long l = 0;
	unsigned u = 0;
	TELL(sscanf("12 0x1f 077 -5", "%d %i %i %d", &a, &b, &n, (int *)&u));
	printf("%d %d %d %d\n", a, b, n, (int)u);
	TELL(sscanf("3.5e2abc", "%lf%s", &d, s));
	printf("%g %s\n", d, s);
	TELL(sscanf("key = value", "%[a-z] = %s", s, t));
	printf("%s %s\n", s, t);
	TELL(sscanf("abc123", "%[^0-9]%n%d", s, &n, &a));
	printf("%s %d %d\n", s, n, a);
	TELL(sscanf("  x", "%c", &c));
	printf("%d\n", c);
	TELL(sscanf("  x", " %c", &c));
	printf("%d\n", c);
	TELL(sscanf("9223372036854775807", "%lld", &l));
	printf("%lld\n", l);
	TELL(sscanf("12345", "%2d%2d%d", &a, &b, &n));
	printf("%d %d %d\n", a, b, n);
	TELL(sscanf("", "%d", &a));
	TELL(sscanf("x", "%d", &a));
	TELL(sscanf("5 %", "%d %%", &a));
	TELL(sscanf("skip 7", "%*s %d", &a));
	printf("%d\n", a);
	TELL(sscanf("nan inf -0", "%lf", &d));
	printf("%d\n", d != d);
	char *made = NULL;
	TELL(sscanf("allocated word", "%ms", &made));
	printf("%s\n", made);
	free(made);
	unsigned char h[3] = { 0 };
	TELL(sscanf("ff:0a:7", "%hhx:%hhx:%hhx", h, h + 1, h + 2));
	printf("%d %d %d\n", h[0], h[1], h[2]);
}

static void printed(void)
{
	printf("[%5d] [%-5d] [%05d] [%+d] [% d] [%x] [%#x] [%#o] [%X]\n", 42, 42, 42, 42, 42, 255, 255, 8, 255);
	printf("[%.3f] [%10.2e] [%g] [%g] [%G] [%a]\n", 3.14159, 12345.678, 1e-5, 1e20, 1e-10, 1.0);
	printf("[%s] [%10s] [%-10s] [%.2s] [%*s] [%-*s]\n", "text", "right", "left", "cut", 6, "star", 6, "neg");
	printf("[%c] [%%] [%5c] [%hhd] [%hd] [%ld] [%lld] [%zu] [%jd] [%td]\n", 'c', 'd', 300, 70000, 1L, 1LL << 40, (size_t)9, (intmax_t)-1, (ptrdiff_t)3);
	printf("[%2$s %1$s]\n", "second", "first");
	printf("[%ls] [%lc]\n", L"wide", L'w');
	printf("[%e] [%f] [%f] [%F] [%5.0f] [%#.0f]\n", 0.0, -0.0, 1.0 / 0.0, 0.0 / 0.0 < 0 ? 1.0 : 2.0, 2.5, 3.0);
	char b[8];
	TELL(snprintf(b, sizeof b, "%s", "much too long"));
	printf("%s\n", b);
	TELL(snprintf(NULL, 0, "%d", 12345));
	char *made;
	TELL(asprintf(&made, "%d-%s", 7, "made"));
	printf("%s\n", made);
	free(made);
	TELL(dprintf(1, "%s\n", "straight out") > 0);
}

int main(void)
{
	setvbuf(stdout, NULL, _IONBF, 0);
	close(mkstemp(path));
	modes();
	positions();
	buffers();
	memory();
	scanned();
	printed();
	unlink(path);
	return 0;
}
