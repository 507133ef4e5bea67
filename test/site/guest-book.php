<?php
require __DIR__ . '/page.php';
$book = new PDO('sqlite:' . __DIR__ . '/guest-book.sqlite');
$book->exec('CREATE TABLE IF NOT EXISTS entry (id INTEGER PRIMARY KEY, name TEXT NOT NULL)');
if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $book->prepare('INSERT INTO entry (name) VALUES (?)')->execute([$_POST['name']]);
    header('Location: guest-book.php', true, 303);
    exit;
}
$entries = $book->query('SELECT id, name FROM entry ORDER BY id')->fetchAll(PDO::FETCH_KEY_PAIR);
page('guest book', '<form method="post"><input name="name"><button>Sign</button></form><pre>' . htmlspecialchars(json_encode($entries, JSON_UNESCAPED_UNICODE)) . '</pre>');
