/* wasm needs no code before _start_c (crt/wasm32/crt1.c); musl's Makefile wants the file. */
