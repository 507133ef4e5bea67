<?php
declare(strict_types=1);

require __DIR__ . '/lib/layout.php';
require __DIR__ . '/lib/pictures.php';

// PHP drops a form larger than post_max_size, its token too, and with display_errors on it has begun the page by saying
// so: a session can't start any more, and no redirect either.
if ($_SERVER['REQUEST_METHOD'] === 'POST' && $_POST === [] && (int) ($_SERVER['CONTENT_LENGTH'] ?? 0) > ini_bytes('post_max_size')) {
    page_begin('Gallery', 'gallery.php');
    ?>
  <section class="card narrow lost">
    <h1>Too large</h1>
    <p>That file is too large: <?= bytes(largest_upload()) ?> is the most.</p>
    <p><a class="button" href="gallery.php">Back to the gallery</a></p>
  </section>
    <?php
    page_end();
    exit;
}

start_session();
count_request();

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if (!is_own_form()) {
        leave('gallery.php', 'That form had grown too old. Please send it again.', false);
    }
    if (isset($_POST['remove'])) {
        $gone = remove_picture((int) $_POST['remove'], $_SESSION['id']);
        leave('gallery.php', $gone ? 'Your picture is gone.' : 'Only your own pictures can be taken down.', $gone);
    }
    $caption = form_text('caption', 80);
    if ($caption === null) {
        leave('gallery.php', 'Please keep the caption to 80 characters.', false);
    }
    $problem = take_picture($_FILES['picture'] ?? null, $caption, $_SESSION['id']);
    leave('gallery.php', $problem ?? 'Your picture hangs in the gallery.', $problem === null);
}

$pictures = database()->query('SELECT * FROM picture ORDER BY id DESC LIMIT 60')->fetchAll();
$starters = [
    ['scene-dawn.svg', 'Dawn, before the ferries'],
    ['scene-noon.svg', 'Noon, wind from the west'],
    ['scene-night.svg', 'Night, the lamp is lit'],
];

page_begin('Gallery', 'gallery.php');
?>
  <h1>Gallery</h1>
  <p class="lead">Hang a picture on the wall. PHP checks what the file really is, makes a thumbnail and keeps both on its disk.</p>

  <form class="card upload" method="post" enctype="multipart/form-data" action="gallery.php">
    <p class="field">
      <label for="picture">Picture <span class="hint">JPEG, PNG, GIF or WebP, up to <?= bytes(largest_upload()) ?></span></label>
      <input type="file" id="picture" data-largest="<?= largest_upload() ?>" name="picture" accept="image/jpeg,image/png,image/gif,image/webp" required>
    </p>
    <p class="field">
      <label for="caption">Caption (optional)</label>
      <input id="caption" name="caption" maxlength="80">
    </p>
    <?= token_field() ?>

    <button>Hang it up</button>
  </form>

  <script src="assets/upload.js"></script>

  <ul class="wall">
<?php foreach ($pictures as $picture): ?>
    <li class="card">
      <a href="picture.php?id=<?= (int) $picture['id'] ?>"><img loading="lazy" src="picture.php?id=<?= (int) $picture['id'] ?>&amp;size=small" alt="<?= h($picture['caption'] ?: 'Picture without a caption') ?>"></a>
      <div class="label">
        <p class="what"><?= $picture['caption'] === '' ? '<em>No caption</em>' : h($picture['caption']) ?><br>
        <span class="from"><?= (int) $picture['width'] ?> × <?= (int) $picture['height'] ?>, <?= bytes((int) $picture['bytes']) ?>, <?= ago((int) $picture['added_at']) ?></span></p>
<?php if ($picture['author'] === $_SESSION['id']): ?>
        <form method="post" action="gallery.php"><?= token_field() ?><button class="quiet" name="remove" value="<?= (int) $picture['id'] ?>">Take down</button></form>
<?php endif ?>
      </div>
    </li>
<?php endforeach ?>
<?php foreach ($starters as [$file, $caption]): ?>
    <li class="card">
      <a href="assets/<?= $file ?>"><img loading="lazy" src="assets/<?= $file ?>" alt="<?= h($caption) ?>"></a>
      <div class="label"><p class="what"><?= h($caption) ?><br><span class="from">hung here by the house</span></p></div>
    </li>
<?php endforeach ?>
  </ul>
<?php
page_end();
