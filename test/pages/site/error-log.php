<?php
require __DIR__ . '/lib.php';
text_page();
show('logged', error_log('a line for the log: ' . ($_GET['text'] ?? 'hello')));
show('to stderr', fwrite(fopen('php://stderr', 'w'), "a line for stderr\n"));
show('constant', defined('STDERR'));
$file = scratch('log') . '/own.log';
show('to a file', error_log("a line for a file\n", 3, $file));
show('file', file_get_contents($file));
