<?php
require __DIR__ . '/page.php';
page('form', '<pre>' . htmlspecialchars(json_encode([$_SERVER['REQUEST_METHOD'], $_GET, $_POST], JSON_UNESCAPED_UNICODE)) . '</pre>');
