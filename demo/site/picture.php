<?php
declare(strict_types=1);

/* One uploaded picture, whole or small: picture.php?id=7&size=small */

require __DIR__ . '/lib/site.php';
require __DIR__ . '/lib/pictures.php';

$statement = database()->prepare('SELECT file, type FROM picture WHERE id = ?');
$statement->execute([(int) ($_GET['id'] ?? 0)]);
$picture = $statement->fetch();
if ($picture === false) {
    http_response_code(404);
    header('Content-Type: text/plain; charset=utf-8');
    exit("There is no such picture.\n");
}

$path = subdirectory('pictures') . '/' . $picture['file'];
$type = $picture['type'];
if (($_GET['size'] ?? '') === 'small' && is_file("$path.thumbnail")) {
    $path .= '.thumbnail';
    $type = 'image/jpeg';
}

// The name of the file is random and its content never changes, so it may serve as the tag.
$tag = '"' . basename($path) . '"';
header("ETag: $tag");
header('Cache-Control: private, max-age=86400');
header('X-Content-Type-Options: nosniff');
header("Content-Security-Policy: default-src 'none'");
if (($_SERVER['HTTP_IF_NONE_MATCH'] ?? '') === $tag) {
    http_response_code(304);
    exit;
}
header("Content-Type: $type");
header('Content-Length: ' . filesize($path));
readfile($path);
