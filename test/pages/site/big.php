<?php
require __DIR__ . '/lib.php';
header('Content-Type: text/plain');
for ($i = 0; $i < (int) ($_GET['lines'] ?? 100000); $i++) {
    echo str_pad((string) $i, 8, '0', STR_PAD_LEFT), " the quick brown fox jumps over the lazy dog\n";
}
