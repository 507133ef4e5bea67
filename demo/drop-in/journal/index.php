<?php
declare(strict_types=1);
require __DIR__ . '/lib.php';

page_begin('All entries');
?>
<h1>Journal</h1>
<ol class="entries">
<?php foreach (ENTRIES as $id => $entry): ?>
  <li>
    <time datetime="<?= h($entry['date']) ?>"><?= h(day($entry['date'])) ?></time>
    <h2><a href="/entry.php?id=<?= h($id) ?>"><?= h($entry['title']) ?></a></h2>
    <p class="summary"><?= h($entry['text'][0]) ?></p>
  </li>
<?php endforeach ?>
</ol>
<?php
page_end();
