<?php
require __DIR__ . '/page.php';
header('X-Frame-Options: DENY');
header("Content-Security-Policy: frame-ancestors 'none'; default-src 'self'");
page('not to be framed');
