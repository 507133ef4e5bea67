<?php
/* `size` bytes, each piece of 64 KiB a repeated digest of its number. */
$size = (int) $_GET['size'];
header('Content-Type: application/octet-stream');
header("Content-Length: $size");
header('Content-Disposition: attachment; filename="large.bin"');
for ($piece = 0; $size > 0; $piece++) {
    $length = min($size, 65536);
    echo substr(str_repeat(hash('sha256', (string) $piece, true), 2048), 0, $length);
    $size -= $length;
}
