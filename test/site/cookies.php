<?php
if (isset($_GET['set'])) {
    setcookie('plain', 'grüße; and more');
    setcookie('lasting', 'kept', ['expires' => time() + 3600, 'path' => '/', 'httponly' => true, 'samesite' => 'Strict']);
    setcookie('folder', 'below', ['path' => '/folder/']);
    setcookie('past', 'gone', ['expires' => time() - 3600]);
}
header('Content-Type: application/json');
ksort($_COOKIE);
echo json_encode($_COOKIE, JSON_UNESCAPED_UNICODE);
