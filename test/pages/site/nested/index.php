<?php
require __DIR__ . '/../lib.php';
text_page();
echo "index of nested\n";
foreach (['REQUEST_URI', 'SCRIPT_NAME', 'PHP_SELF', 'PATH_INFO', 'SCRIPT_FILENAME'] as $name) {
    show($name, $_SERVER[$name] ?? null);
}
