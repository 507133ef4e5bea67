<?php
declare(strict_types=1);
require __DIR__ . '/lib.php';

$id = (string) ($_GET['id'] ?? '');
$entry = ENTRIES[$id] ?? null;
if ($entry === null) {
    http_response_code(404);
    page_begin('Not found');
    echo '<h1>There is no such entry</h1><p><a href="/">All entries</a></p>';
    page_end();
    return;
}
$comments = comments($id);

page_begin($entry['title']);
?>
<p class="back"><a href="/">All entries</a></p>
<article>
  <time datetime="<?= h($entry['date']) ?>"><?= h(day($entry['date'])) ?></time>
  <h1><?= h($entry['title']) ?></h1>
<?php foreach ($entry['text'] as $paragraph): ?>
  <p><?= h($paragraph) ?></p>
<?php endforeach ?>
</article>
<section aria-labelledby="comments">
  <h2 id="comments"><?= count($comments) === 1 ? 'One comment' : (count($comments) ?: 'No') . ' comments' ?></h2>
<?php foreach ($comments as $comment): ?>
  <blockquote>
    <p><?= nl2br(h($comment['text'])) ?></p>
    <cite><?= h($comment['name']) ?>, <?= date('H:i', (int) $comment['written_at']) ?></cite>
  </blockquote>
<?php endforeach ?>
  <form method="post" action="/comment.php">
    <input type="hidden" name="id" value="<?= h($id) ?>">
    <label>Your name <input name="name" required maxlength="60" autocomplete="name"></label>
    <label>What you think <textarea name="text" required maxlength="2000" rows="4"></textarea></label>
    <button>Leave a comment</button>
  </form>
</section>
<?php
page_end();
