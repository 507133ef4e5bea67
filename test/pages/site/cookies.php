<?php
require __DIR__ . '/lib.php';
text_page();
if (isset($_GET['clear'])) {
    setcookie('plain', '', ['expires' => 1, 'path' => '/']);
} else {
    setcookie('plain', 'value');
    setcookie('spaced', 'a b;c,d=é');
    setrawcookie('raw', 'a%20b');
    setcookie('full', '1', ['expires' => 4000000000, 'path' => '/', 'secure' => false, 'httponly' => true, 'samesite' => 'Lax']);
    setcookie('soon', '1', time() + 3600);
    setcookie('below', '1', 0, '/nested/');
    setcookie('array[one]', '1');
    setcookie('array[two]', '2');
    header('Set-Cookie: own=header; Path=/; SameSite=Strict', false);
}
show('cookies', $_COOKIE);
