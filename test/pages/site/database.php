<?php
require __DIR__ . '/lib.php';
text_page();
$path = isset($_GET['keep']) ? sys_get_temp_dir() . '/portside-pages-' . $_SERVER['SERVER_PORT'] . '.sqlite' : scratch('database') . '/test.sqlite';
if (isset($_GET['fresh']) && is_file($path)) {
    unlink($path);
}
$pdo = new PDO("sqlite:$path", null, null, [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION, PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC]);
$pdo->exec('CREATE TABLE IF NOT EXISTS item (id INTEGER PRIMARY KEY, name TEXT UNIQUE, price REAL, data BLOB)');
if (isset($_GET['keep'])) {
    $pdo->prepare('INSERT INTO item (name) VALUES (?)')->execute(['request ' . $_GET['keep']]);
    show('kept', $pdo->query('SELECT name FROM item ORDER BY id')->fetchAll(PDO::FETCH_COLUMN));
    $pdo = null;
    show('removed', isset($_GET['last']) && unlink($path));
    exit;
}
$insert = $pdo->prepare('INSERT INTO item (name, price, data) VALUES (:name, :price, :data)');
$pdo->beginTransaction();
for ($i = 1; $i <= 100; $i++) {
    $insert->bindValue('name', "item $i");
    $insert->bindValue('price', $i / 8);
    $insert->bindValue('data', pattern($i), PDO::PARAM_LOB);
    $insert->execute();
}
show('in transaction', $pdo->inTransaction());
$pdo->commit();
show('last id', $pdo->lastInsertId());
show('sum', $pdo->query('SELECT COUNT(*) AS n, SUM(price) AS total, SUM(LENGTH(data)) AS bytes FROM item')->fetch());
$pdo->beginTransaction();
show('deleted', $pdo->exec('DELETE FROM item WHERE id > 50'));
$pdo->rollBack();
show('after rollback', $pdo->query('SELECT COUNT(*) FROM item')->fetchColumn());
attempt('duplicate', static function () use ($insert) {
    $insert->execute(['name' => 'item 1', 'price' => 0, 'data' => null]);
});
attempt('bad sql', static function () use ($pdo) {
    return $pdo->query('SELECT nonsense FROM nowhere');
});
$find = $pdo->prepare('SELECT name, price FROM item WHERE name LIKE ? ORDER BY price DESC LIMIT 3');
$find->execute(['%9%']);
show('like', $find->fetchAll());
$pdo->sqliteCreateFunction('backwards', 'strrev', 1);
show('own function', $pdo->query("SELECT backwards('abc')")->fetchColumn());
show('hash of blobs', hash('sha256', implode('', $pdo->query('SELECT data FROM item ORDER BY id')->fetchAll(PDO::FETCH_COLUMN))));
show('second connection', (new PDO("sqlite:$path"))->query('SELECT MAX(id) FROM item')->fetchColumn());
show('window', $pdo->query('SELECT id, SUM(id) OVER (ORDER BY id) AS running FROM item LIMIT 3')->fetchAll());
show('json', $pdo->query("SELECT json_extract('{\"a\":[1,2]}', '$.a[1]')")->fetchColumn());
attempt('full text', static function () use ($pdo) {
    $pdo->exec("CREATE VIRTUAL TABLE words USING fts5(body)");
    $pdo->exec("INSERT INTO words VALUES ('ships and harbours'), ('lighthouse')");
    return $pdo->query("SELECT body FROM words WHERE words MATCH 'ships'")->fetchAll(PDO::FETCH_COLUMN);
});
$pdo->exec('VACUUM');
show('integrity', $pdo->query('PRAGMA integrity_check')->fetchColumn());
$pdo = $insert = $find = null;
$sqlite = new SQLite3($path);
show('sqlite3', $sqlite->querySingle('SELECT name, price FROM item WHERE id = 3', true));
show('busy', [$sqlite->busyTimeout(100), $sqlite->exec('BEGIN EXCLUSIVE')]);
attempt('locked out', static function () use ($path) {
    $other = new SQLite3($path);
    $other->enableExceptions(true);
    $other->busyTimeout(50);
    return $other->exec("INSERT INTO item (name) VALUES ('x')");
});
$sqlite->exec('COMMIT');
$sqlite->close();
show('memory', (new PDO('sqlite::memory:'))->query('SELECT 40 + 2')->fetchColumn());
show('files', array_values(array_diff(scandir(dirname($path)), ['.', '..'])));
