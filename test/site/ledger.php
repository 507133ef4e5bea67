<?php
// Writes each entry twice, to a database and to a file, and tells what is in both.
$database = new PDO('sqlite:' . __DIR__ . '/ledger.sqlite');
$database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$mode = isset($_REQUEST['wal']) ? 'WAL' : 'DELETE';
$mode = $database->query("PRAGMA journal_mode = $mode")->fetchColumn();
$database->exec('CREATE TABLE IF NOT EXISTS ledger (id INTEGER PRIMARY KEY, entry TEXT)');
$file = __DIR__ . '/ledger.txt';
if (isset($_REQUEST['entry'])) {
    $database->prepare('INSERT INTO ledger (entry) VALUES (?)')->execute([$_REQUEST['entry']]);
    file_put_contents($file, $_REQUEST['entry'] . "\n", FILE_APPEND);
}
// What no database compresses.
if (isset($_POST['noise'])) file_put_contents(__DIR__ . '/noise-' . hrtime(true), random_bytes((int) $_POST['noise']));
header('Content-Type: application/json');
echo json_encode([
    'mode' => $mode,
    'rows' => $database->query('SELECT entry FROM ledger ORDER BY id')->fetchAll(PDO::FETCH_COLUMN),
    'lines' => is_file($file) ? file($file, FILE_IGNORE_NEW_LINES) : [],
    'check' => $database->query('PRAGMA integrity_check')->fetchColumn(),
]);
