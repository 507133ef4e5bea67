<?php
declare(strict_types=1);

require __DIR__ . '/lib/layout.php';

start_session();
count_request();

if ($_SERVER['REQUEST_METHOD'] === 'POST') {
    if (!is_own_form()) {
        leave('you.php', 'That form had grown too old. Please send it again.', false);
    }
    if (isset($_POST['forget'])) {
        session_regenerate_id(true);
        $_SESSION = ['id' => bin2hex(random_bytes(8)), 'token' => bin2hex(random_bytes(16)), 'name' => '', 'since' => time(), 'pages' => 0];
        leave('you.php', 'All forgotten. Hello, stranger.');
    }
    $name = form_text('name', 60);
    if ($name === null) {
        leave('you.php', 'Please keep the name to 60 characters.', false);
    }
    $_SESSION['name'] = $name;
    leave('you.php', $name === '' ? 'You are a stranger again.' : "Noted. Hello, $name.");
}

page_begin('Your visit', 'you.php');
?>
  <h1>Your visit</h1>
  <p class="lead">What this site remembers about you: one cookie in your browser, one small file beside the database, and nothing anywhere else.</p>

  <dl class="figures">
    <div class="card"><dt>Pages you have seen</dt><dd><?= number_format((int) $_SESSION['pages']) ?></dd></div>
    <div class="card"><dt>In port since</dt><dd><time datetime="<?= gmdate('c', (int) $_SESSION['since']) ?>"><?= ago((int) $_SESSION['since']) ?></time></dd></div>
    <div class="card"><dt>We call you</dt><dd><?= $_SESSION['name'] === '' ? 'stranger' : h($_SESSION['name']) ?></dd></div>
  </dl>

  <div class="columns even">
    <form class="card" method="post" action="you.php">
      <h2>What shall we call you?</h2>
      <p class="field"><label for="name">Name</label>
      <input id="name" name="name" maxlength="60" autocomplete="name" value="<?= h($_SESSION['name']) ?>"></p>
      <?= token_field() ?>

      <button>Remember me</button>
    </form>
    <form class="card" method="post" action="you.php">
      <h2>Cast off</h2>
      <p>Ends this session and begins a new one. Your entries and pictures stay, but are no longer yours to take back.</p>
      <?= token_field() ?>

      <button class="plain" name="forget" value="1">Forget me</button>
    </form>
  </div>
<?php
page_end();
