<?php
usleep((int) ($_GET['seconds'] * 1e6));
// Not getmypid(), which some WebAssembly builds of PHP answer by themselves.
echo basename(readlink('/proc/self'));
