<?php
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (strpos($path, '/files/') === 0) {
    return false;
}
require __DIR__ . '/page.php';
page("routed $path");
