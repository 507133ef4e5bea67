#include <features.h>

int __main_void(void);

extern hidden int __main_argc;
extern hidden char **__main_argv;
