<?php
declare(strict_types=1);

require __DIR__ . '/lib/layout.php';

start_session();
$count = count_request();

$database_file = data_directory() . '/harbour.sqlite';
$sqlite = (string) database()->query('SELECT sqlite_version()')->fetchColumn();
$facts = [
    'The program' => [
        'PHP' => PHP_VERSION,
        'Server' => $_SERVER['SERVER_SOFTWARE'],
        'Server interface' => PHP_SAPI,
        'Zend engine' => zend_version(),
        'SQLite' => $sqlite,
        'Opcode cache' => function_exists('opcache_get_status') && ini_get('opcache.enable_cli') ? 'on' : 'off',
    ],
    'The machine' => [
        'System' => php_uname('s') . ' ' . php_uname('r'),
        'Processor' => php_uname('m') . ', ' . PHP_INT_SIZE * 8 . '-bit integers',
        'Memory in use' => bytes(memory_get_usage(true)) . (ini_get('memory_limit') === '-1' ? ', no limit' : ', at most ' . ini_get('memory_limit')),
        'Process' => 'number ' . process_number(),
        'Database file' => bytes((int) filesize($database_file)) . ' at ' . $database_file,
        'Largest upload' => ini_get('upload_max_filesize'),
    ],
    'This request' => [
        'Asked for' => $_SERVER['REQUEST_METHOD'] . ' ' . $_SERVER['REQUEST_URI'],
        'Protocol' => $_SERVER['SERVER_PROTOCOL'],
        'Host' => $_SERVER['HTTP_HOST'] ?? '',
        'Document root' => $_SERVER['DOCUMENT_ROOT'],
        'Files loaded' => (string) count(get_included_files()),
        'Time zone' => date_default_timezone_get(),
    ],
];
$extensions = get_loaded_extensions();
natcasesort($extensions);

page_begin('Inside', 'about.php');
?>
  <h1>Inside this page</h1>
  <p class="lead">This request was answered by process <strong><?= process_number() ?></strong><?= inside_browser()
      ? ' inside your browser. No server on the network took part: the service worker handed your request to a small kernel in this tab, the kernel put it on a socket, and PHP’s own web server accepted it.'
      : ' of PHP’s own web server on this machine. Packed with Portside, the same files answer from inside a browser tab.' ?></p>

  <dl class="figures">
    <div class="card"><dt>Pages served</dt><dd><?= number_format((int) $count['requests']) ?></dd></div>
    <div class="card"><dt>First one</dt><dd><time datetime="<?= gmdate('c', (int) $count['since']) ?>"><?= ago((int) $count['since']) ?></time></dd></div>
    <div class="card"><dt>Runs on</dt><dd>PHP <?= PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION ?></dd></div>
  </dl>

  <div class="columns thirds">
<?php foreach ($facts as $title => $rows): ?>
    <section class="card facts">
      <h2><?= h($title) ?></h2>
      <dl>
<?php foreach ($rows as $name => $value): ?>
        <div><dt><?= h($name) ?></dt><dd><?= h((string) $value) ?></dd></div>
<?php endforeach ?>
      </dl>
    </section>
<?php endforeach ?>
  </div>

  <section class="card">
    <h2><?= counted(count($extensions), 'extension') ?></h2>
    <ul class="tags">
<?php foreach ($extensions as $extension): ?>
      <li><?= h($extension) ?></li>
<?php endforeach ?>
    </ul>
  </section>
<?php
page_end();
