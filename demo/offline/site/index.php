<?php
declare(strict_types=1);
// A notebook. It lives in the browser: what is written here is in SQLite, beside this file, on this device alone.
$database = new PDO('sqlite:' . __DIR__ . '/notes.sqlite');
$database->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$database->exec('CREATE TABLE IF NOT EXISTS note (id INTEGER PRIMARY KEY, text TEXT NOT NULL, at INTEGER NOT NULL)');

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    $text = trim((string) ($_POST['text'] ?? ''));
    if (isset($_POST['delete'])) {
        $database->prepare('DELETE FROM note WHERE id = ?')->execute([(int) $_POST['delete']]);
    } elseif ($text !== '') {
        $database->prepare('INSERT INTO note (text, at) VALUES (?, ?)')->execute([mb_substr($text, 0, 2000), time()]);
    }
    header('Location: ./', true, 303);
    exit;
}

$notes = $database->query('SELECT id, text, at FROM note ORDER BY id DESC')->fetchAll(PDO::FETCH_ASSOC);
$size = number_format((int) filesize(__DIR__ . '/notes.sqlite') / 1000, 0);
$edition = trim((string) @file_get_contents(__DIR__ . '/edition.txt'));
$html = fn (string $text): string => htmlspecialchars($text, ENT_QUOTES);
?>
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Logbook</title>
<link rel="stylesheet" href="style.css">
</head>
<body>
<header>
  <h1>Logbook</h1>
  <p>PHP <?= PHP_VERSION ?> and SQLite, in this browser. Turn the network off: it goes on.</p>
</header>
<main>
  <form method="post">
    <label for="text">New entry</label>
    <textarea id="text" name="text" rows="3" maxlength="2000" required placeholder="Wind, weather, what passed the lighthouse"></textarea>
    <button>Write it down</button>
  </form>
<?php if ($notes === []): ?>
  <p class="empty">Nothing has been written down yet.</p>
<?php else: ?>
  <ol>
<?php foreach ($notes as ['id' => $id, 'text' => $text, 'at' => $at]): ?>
    <li>
      <p><?= nl2br($html($text)) ?></p>
      <footer>
        <time datetime="<?= gmdate('c', $at) ?>"><?= gmdate('j F Y, H:i', $at) ?> UTC</time>
        <form method="post"><button name="delete" value="<?= $id ?>" class="plain" aria-label="Delete the entry of <?= gmdate('j F, H:i', $at) ?>">Delete</button></form>
      </footer>
    </li>
<?php endforeach ?>
  </ol>
<?php endif ?>
</main>
<footer>
  <p><?= count($notes) ?> <?= count($notes) === 1 ? 'entry' : 'entries' ?>, <?= $size ?> kB of SQLite on this device<?= $edition === '' ? '' : ', edition ' . $html($edition) ?>.
  <a href=".portside/manage">Take it out</a> · <a href=".portside/inspect" target="_blank">Look inside</a></p>
</footer>
</body>
</html>
