<?php
declare(strict_types=1);

/*
 * The shop's journal: plain PHP, written for the root of a host of its own. It has not been told that it lives at /blog/ now.
 */

const ENTRIES = [
    'harbour-water' => [
        'title' => 'What harbour water does to a kettle',
        'date' => '2025-06-03',
        'text' => [
            'Nothing good, is the short answer. We tried it once, in the first winter, when the mains froze and the coffee did not.',
            'Brew with water you would drink by the glass: soft, fresh, and taken off the boil for half a minute. The bean has come a long way; do not let the last metre spoil it.',
        ],
    ],
    'tuesday' => [
        'title' => 'Why we roast on Tuesdays',
        'date' => '2025-05-20',
        'text' => [
            'Monday the boats come in late and the quay smells of diesel. Wednesday is market. Tuesday is quiet, the wind is from the west, and a roaster can hear the first crack.',
            'Order by Monday night and your bag is a day old when it leaves us, which is when it begins to taste of something.',
        ],
    ],
    'gull' => [
        'title' => 'The gull that drinks espresso',
        'date' => '2025-05-06',
        'text' => [
            'He does not really. He takes the biscuit and leaves the cup. We have named a coffee after him all the same, because it is the loudest one we have.',
        ],
    ],
];

function h(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

/** The database lies outside of the document root, because PHP's own web server hands out every file below that. */
function database(): PDO
{
    $database = new PDO('sqlite:' . sys_get_temp_dir() . '/journal.sqlite', null, null, [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
        PDO::ATTR_TIMEOUT => 5,
    ]);
    $database->exec('CREATE TABLE IF NOT EXISTS comment (
        id INTEGER PRIMARY KEY, entry TEXT NOT NULL, name TEXT NOT NULL, text TEXT NOT NULL, written_at INTEGER NOT NULL)');
    return $database;
}

function comments(string $entry): array
{
    $query = database()->prepare('SELECT name, text, written_at FROM comment WHERE entry = ? ORDER BY id');
    $query->execute([$entry]);
    return $query->fetchAll();
}

function day(string $date): string
{
    return date('j F Y', (int) strtotime($date));
}

function page_begin(string $title): void
{
    header('Content-Type: text/html; charset=utf-8');
    ?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title><?= h($title) ?> · Journal</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
    <?php
}

function page_end(): void
{
    ?>
</main>
<footer>Written by PHP <?= h(PHP_VERSION) ?> at <?= date('H:i:s') ?> UTC, kept in SQLite.</footer>
</body>
</html>
    <?php
}
