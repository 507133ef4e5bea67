<?php
require __DIR__ . '/lib.php';
text_page();
foreach (['REQUEST_URI', 'SCRIPT_NAME', 'SCRIPT_FILENAME', 'PHP_SELF', 'PATH_INFO', 'PATH_TRANSLATED', 'QUERY_STRING'] as $name) {
    show($name, $_SERVER[$name] ?? null);
}
