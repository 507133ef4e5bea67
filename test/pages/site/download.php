<?php
require __DIR__ . '/lib.php';
$size = (int) ($_GET['size'] ?? 1000);
header('Content-Type: application/octet-stream');
header('Content-Disposition: attachment; filename="fallback.bin"; filename*=UTF-8\'\'%C3%BCbersicht%20%E2%82%AC.bin');
if (($_GET['length'] ?? 'yes') === 'yes') {
    header("Content-Length: $size");
}
switch ($_GET['by'] ?? 'echo') {
    case 'readfile':
        $path = scratch('download') . '/file.bin';
        file_put_contents($path, pattern($size));
        readfile($path);
        unlink($path);
        break;
    case 'passthru':
        $stream = fopen('php://temp', 'w+b');
        fwrite($stream, pattern($size));
        rewind($stream);
        fpassthru($stream);
        break;
    default:
        for ($sent = 0; $sent < $size; $sent += 65536) {
            echo pattern(min(65536, $size - $sent));
        }
}
