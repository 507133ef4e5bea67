<?php
declare(strict_types=1);
require __DIR__ . '/lib.php';

$id = (string) ($_POST['id'] ?? '');
$name = mb_substr(trim((string) ($_POST['name'] ?? '')), 0, 60);
$text = mb_substr(trim((string) ($_POST['text'] ?? '')), 0, 2000);

if (!isset(ENTRIES[$id]) || $name === '' || $text === '') {
    http_response_code(400);
    page_begin('Not sent');
    echo '<h1>Something is missing</h1><p>A comment has a name and a text. <a href="/">All entries</a></p>';
    page_end();
    return;
}
$insert = database()->prepare('INSERT INTO comment (entry, name, text, written_at) VALUES (?, ?, ?, ?)');
$insert->execute([$id, $name, $text, time()]);
header('Location: /entry.php?id=' . rawurlencode($id) . '#comments', true, 303);
