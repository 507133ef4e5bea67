<?php
require __DIR__ . '/lib.php';
text_page();
foreach (['delete', 'truncate', 'persist', 'memory', 'wal'] as $mode) {
    $path = scratch('journal') . "/$mode.sqlite";
    $pdo = new PDO("sqlite:$path", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
    attempt("$mode is", static function () use ($pdo, $mode) {
        return $pdo->query("PRAGMA journal_mode = $mode")->fetchColumn();
    });
    attempt("$mode works", static function () use ($pdo) {
        $pdo->exec('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)');
        return $pdo->query('SELECT SUM(a) FROM t')->fetchColumn();
    });
    $pdo = null;
    show("$mode left", array_values(array_diff(scandir(dirname($path)), ['.', '..'])));
}
