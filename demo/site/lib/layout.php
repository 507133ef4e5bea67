<?php
declare(strict_types=1);

require_once __DIR__ . '/site.php';

/** Everything above the content of a page. */
function page_begin(string $title, string $current): void
{
    $flash = $_SESSION['flash'] ?? null;
    unset($_SESSION['flash']);
    if (!headers_sent()) {
        header('Content-Type: text/html; charset=utf-8');
        header("Content-Security-Policy: default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'");
        header('X-Content-Type-Options: nosniff');
    }
    $links = ['index.php' => 'Guest book', 'gallery.php' => 'Gallery', 'you.php' => 'Your visit', 'about.php' => 'Inside'];
    ?>
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title><?= h($title) ?> · <?= SITE_NAME ?></title>
<link rel="icon" href="<?= top() ?>assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="<?= top() ?>assets/style.css">
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header class="bar">
  <a class="brand" href="<?= top() ?>"><img src="<?= top() ?>assets/icon.svg" alt="" width="34" height="34"><?= SITE_NAME ?></a>
  <nav aria-label="Pages">
<?php foreach ($links as $file => $text): ?>
    <a href="<?= top() . ($file === 'index.php' ? '' : $file) ?>"<?= $file === $current ? ' aria-current="page"' : '' ?>><?= h($text) ?></a>
<?php endforeach ?>
  </nav>
</header>
<main id="content">
<?php if ($flash !== null): ?>
  <p class="flash <?= $flash['good'] ? 'good' : 'bad' ?>" role="status"><?= h($flash['text']) ?></p>
<?php endif ?>
<?php
}

/** Everything below it. The last line says who made the page. */
function page_end(): void
{
    $milliseconds = (microtime(true) - (float) $_SERVER['REQUEST_TIME_FLOAT']) * 1000;
    $where = inside_browser() ? 'inside your browser' : 'on this machine';
    ?>
</main>
<footer>
  <p><span class="lamp" aria-hidden="true"></span>PHP <?= h(PHP_VERSION) ?>, process <?= process_number() ?> <?= $where ?>,
  made this page in <?= h(number_format(max(0.1, $milliseconds), 1)) ?> ms. <a href="<?= top() ?>about.php">Look inside</a></p>
</footer>
</body>
</html>
<?php
}
