<?php
declare(strict_types=1);

require __DIR__ . '/lib/layout.php';

const ENTRIES_PER_PAGE = 8;

start_session();
count_request();

// PHP's own web server answers with this page where it finds no file: such an address gets an honest 404.
$path = (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
if (!in_array($path, ['/', '/index.php'], true)) {
    http_response_code(404);
    page_begin('Nothing here', '');
    ?>
  <section class="card narrow lost">
    <h1>No ship of that name</h1>
    <p>There is no page at <code><?= h(rawurldecode($path)) ?></code>. It may have sailed, or the address has a slip of the pen.</p>
    <p><a class="button" href="<?= top() ?>">Back to the guest book</a></p>
  </section>
    <?php
    page_end();
    exit;
}

$draft = ['name' => $_SESSION['name'], 'place' => '', 'message' => ''];
$problems = [];

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if (!is_own_form()) {
        leave('', 'That form had grown too old. Please send it again.', false);
    }
    if (isset($_POST['remove'])) {
        $statement = database()->prepare('DELETE FROM entry WHERE id = ? AND author = ?');
        $statement->execute([(int) $_POST['remove'], $_SESSION['id']]);
        leave('', $statement->rowCount() === 1 ? 'Your entry is gone.' : 'Only your own entries can be taken back.', $statement->rowCount() === 1);
    }
    $name = form_text('name', 60);
    $place = form_text('place', 60);
    $message = form_text('message', 1000, true);
    if ($name === null || $name === '') {
        $problems['name'] = 'Please write your name, in 60 characters or fewer.';
    }
    if ($place === null) {
        $problems['place'] = 'Please keep this to 60 characters.';
    }
    if ($message === null || $message === '') {
        $problems['message'] = 'Please write a few words, 1,000 characters at most.';
    }
    if ($problems === []) {
        add_entry(database(), (string) $name, (string) $place, (string) $message, $_SESSION['id']);
        $_SESSION['name'] = (string) $name;
        leave('#entries', "Thank you, $name. Your entry is in the book.");
    }
    http_response_code(422);
    foreach (array_keys($draft) as $field) {
        $draft[$field] = is_string($_POST[$field] ?? null) ? $_POST[$field] : '';
    }
}

$count = (int) database()->query('SELECT COUNT(*) FROM entry')->fetchColumn();
$pages = max(1, (int) ceil($count / ENTRIES_PER_PAGE));
$page = min($pages, max(1, (int) ($_GET['page'] ?? 1)));
$statement = database()->prepare('SELECT * FROM entry ORDER BY id DESC LIMIT ? OFFSET ?');
$statement->bindValue(1, ENTRIES_PER_PAGE, PDO::PARAM_INT);
$statement->bindValue(2, ($page - 1) * ENTRIES_PER_PAGE, PDO::PARAM_INT);
$statement->execute();
$entries = $statement->fetchAll();

/** A label, its field and, where there is one, what is wrong with it. */
function field(string $name, string $label, string $control, array $problems): void
{
    $problem = $problems[$name] ?? null;
    ?>
      <p class="field<?= $problem === null ? '' : ' wrong' ?>">
        <label for="<?= $name ?>"><?= h($label) ?></label>
        <?= $control ?>

<?php if ($problem !== null): ?>
        <span class="problem" id="<?= $name ?>-problem"><?= h($problem) ?></span>
<?php endif ?>
      </p>
<?php
}

function described_by(string $name, array $problems): string
{
    return isset($problems[$name]) ? ' aria-invalid="true" aria-describedby="' . $name . '-problem"' : '';
}

page_begin('Guest book', 'index.php');
?>
  <section class="hero">
    <div>
      <p class="kicker">A guest book for passing ships</p>
      <h1><?= $_SESSION['name'] === '' ? 'Good to see you in port.' : 'Good to see you, ' . h($_SESSION['name']) . '.' ?></h1>
      <p class="lead"><?= inside_browser()
          ? 'A whole web server is running in this tab: PHP, SQLite and the disk they write to. Sign the book, then pull the network plug. It stays open.'
          : 'PHP and SQLite, in a folder of plain files. Sign the book, leave a picture, have a look inside.' ?></p>
    </div>
    <img class="scene" src="assets/harbour.svg" alt="" width="640" height="360">
  </section>

  <div class="columns">
    <form class="card" method="post" action="./" aria-labelledby="sign">
      <h2 id="sign">Sign the book</h2>
<?php
field('name', 'Your name', '<input id="name" name="name" maxlength="60" required autocomplete="name" value="' . h($draft['name']) . '"' . described_by('name', $problems) . '>', $problems);
field('place', 'Where from? (optional)', '<input id="place" name="place" maxlength="60" value="' . h($draft['place']) . '"' . described_by('place', $problems) . '>', $problems);
field('message', 'A few words', '<textarea id="message" name="message" maxlength="1000" rows="5" required' . described_by('message', $problems) . '>' . h($draft['message']) . '</textarea>', $problems);
?>
      <?= token_field() ?>

      <button>Leave your entry</button>
    </form>

    <section id="entries" aria-label="Entries">
      <h2 class="count"><?= counted($count, 'entry', 'entries') ?></h2>
<?php foreach ($entries as $entry): ?>
      <article class="card entry">
        <header>
          <span class="face face-<?= crc32($entry['name']) % 6 ?>" aria-hidden="true"><?= h(preg_match('/^./u', $entry['name'], $first) === 1 ? $first[0] : '?') ?></span>
          <p class="who"><strong><?= h($entry['name']) ?></strong><?= $entry['place'] === '' ? '' : ' <span class="from">from ' . h($entry['place']) . '</span>' ?><br>
          <time datetime="<?= gmdate('c', (int) $entry['written_at']) ?>"><?= ago((int) $entry['written_at']) ?></time></p>
<?php if ($entry['author'] === $_SESSION['id']): ?>
          <form method="post" action="./"><?= token_field() ?><button class="quiet" name="remove" value="<?= (int) $entry['id'] ?>">Take back</button></form>
<?php endif ?>
        </header>
        <p class="message"><?= nl2br(h($entry['message'])) ?></p>
      </article>
<?php endforeach ?>
<?php if ($pages > 1): ?>
      <nav class="pages" aria-label="Pages of the book">
        <?= $page > 1 ? '<a rel="prev" href="./?page=' . ($page - 1) . '#entries">Newer</a>' : '<span></span>' ?>

        <span>Page <?= $page ?> of <?= $pages ?></span>
        <?= $page < $pages ? '<a rel="next" href="./?page=' . ($page + 1) . '#entries">Older</a>' : '<span></span>' ?>

      </nav>
<?php endif ?>
    </section>
  </div>
<?php
page_end();
