<?php
require __DIR__ . '/lib.php';
text_page();
foreach (['core', 'standard', 'date', 'pcre', 'session', 'mbstring', 'zlib', 'filter', 'iconv', 'assert', 'phar', 'sqlite3', 'gd', 'exif', 'curl', 'pdo', 'openssl'] as $extension) {
    foreach (@ini_get_all($extension, false) ?: [] as $name => $value) {
        show("$extension $name", $value);
    }
}
