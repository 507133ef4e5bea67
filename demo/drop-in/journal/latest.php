<?php
declare(strict_types=1);
require __DIR__ . '/lib.php';

$entry = ENTRIES[array_key_first(ENTRIES)];
header('Content-Type: application/json');
echo json_encode([
    'title' => $entry['title'],
    'text' => strtok($entry['text'][0], '.') . '.',
    'engine' => 'PHP ' . PHP_VERSION,
], JSON_THROW_ON_ERROR);
