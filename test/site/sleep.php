<?php
sleep((int) $_GET['seconds']);
// Not getmypid(), which some WebAssembly builds of PHP answer by themselves.
echo basename(readlink('/proc/self'));
