<?php
require __DIR__ . '/lib.php';
text_page();
show('method', $_SERVER['REQUEST_METHOD']);
$hash = hash_init('sha256');
$length = 0;
$first = '';
$input = fopen('php://input', 'rb');
while (!feof($input)) {
    $piece = fread($input, 8192);
    $first .= strlen($first) < 60 ? substr($piece, 0, 60 - strlen($first)) : '';
    $length += strlen($piece);
    hash_update($hash, $piece);
}
show('length', $length);
show('sha256', hash_final($hash));
show('begins', $first);
show('post', $_POST);
rewind($input);
show('read again', strlen(stream_get_contents($input)));
