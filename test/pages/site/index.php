<?php
require __DIR__ . '/lib.php';
text_page();
echo "index of the document root\n";
foreach (['REQUEST_URI', 'SCRIPT_NAME', 'PHP_SELF', 'PATH_INFO', 'QUERY_STRING'] as $name) {
    show($name, $_SERVER[$name] ?? null);
}
