<?php
declare(strict_types=1);

/*
 * What every page needs: a place for data, the database, the session, forms that can't be forged,
 * and one message that survives a redirect. Plain PHP 7.4 to 8.5, no framework, nothing to install.
 */

const SITE_NAME = 'Harbour';

/**
 * A directory for the database, the pictures and the sessions. It lies outside of the document root, because
 * PHP's own web server hands out every file below that root, a database included.
 */
function data_directory(): string
{
    static $directory = null;
    if ($directory !== null) {
        return $directory;
    }
    $candidates = array_filter([
        (string) getenv('HARBOUR_DATA'),
        '/var/lib/harbour',
        sys_get_temp_dir() . '/harbour',
    ]);
    foreach ($candidates as $candidate) {
        if ((is_dir($candidate) || @mkdir($candidate, 0700, true) || is_dir($candidate)) && is_writable($candidate)) {
            return $directory = $candidate;
        }
    }
    throw new RuntimeException('No writable directory for data. Tried: ' . implode(', ', $candidates));
}

function subdirectory(string $name): string
{
    $path = data_directory() . '/' . $name;
    if (!is_dir($path) && !@mkdir($path, 0700) && !is_dir($path)) {
        throw new RuntimeException("The directory $path could not be made.");
    }
    return $path;
}

/** The database, made on first use. Several server processes may be here at once, so each statement repeats safely. */
function database(): PDO
{
    static $database = null;
    if ($database !== null) {
        return $database;
    }
    $database = new PDO('sqlite:' . data_directory() . '/harbour.sqlite', null, null, [
        PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
        PDO::ATTR_DEFAULT_FETCH_MODE => PDO::FETCH_ASSOC,
        PDO::ATTR_TIMEOUT => 5,
    ]);
    if ((int) $database->query('PRAGMA user_version')->fetchColumn() < 1) {
        $database->exec('BEGIN IMMEDIATE');
        $database->exec('CREATE TABLE IF NOT EXISTS entry (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, place TEXT NOT NULL, message TEXT NOT NULL,
            author TEXT NOT NULL, written_at INTEGER NOT NULL)');
        $database->exec('CREATE TABLE IF NOT EXISTS picture (
            id INTEGER PRIMARY KEY, file TEXT NOT NULL UNIQUE, type TEXT NOT NULL, caption TEXT NOT NULL,
            width INTEGER NOT NULL, height INTEGER NOT NULL, bytes INTEGER NOT NULL,
            author TEXT NOT NULL, added_at INTEGER NOT NULL)');
        if ((int) $database->query('SELECT COUNT(*) FROM entry')->fetchColumn() === 0) {
            add_entry($database, 'The harbour master', 'the quay',
                "Welcome! PHP wrote this line into a fresh SQLite database when you opened the page.\n"
                . 'Now it is your turn.', '');
        }
        $database->exec('PRAGMA user_version = 1');
        $database->exec('COMMIT');
    }
    return $database;
}

function add_entry(PDO $database, string $name, string $place, string $message, string $author): void
{
    $database->prepare('INSERT INTO entry (name, place, message, author, written_at) VALUES (?, ?, ?, ?, ?)')
        ->execute([$name, $place, $message, $author, time()]);
}

/** Starts the session and counts the visit. Sessions lie beside the database, so they last as long as it does. */
function start_session(): void
{
    session_save_path(subdirectory('sessions'));
    session_name('harbour');
    ini_set('session.gc_maxlifetime', (string) (30 * 86400));
    session_set_cookie_params([
        'lifetime' => 30 * 86400,
        'path' => '/',
        'secure' => ($_SERVER['HTTPS'] ?? '') === 'on' || ($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https',
        'httponly' => true,
        'samesite' => 'Lax',
    ]);
    session_start();
    $_SESSION += [
        'id' => bin2hex(random_bytes(8)),
        'token' => bin2hex(random_bytes(16)),
        'name' => '',
        'since' => time(),
        'pages' => 0,
    ];
    if ($_SERVER['REQUEST_METHOD'] === 'GET') {
        $_SESSION['pages']++;
    }
}

function h(string $text): string
{
    return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
}

/** The way from the page shown to the top of the site. Relative, so that the site may live under any path. */
function top(): string
{
    $path = (string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
    return str_repeat('../', max(0, substr_count($path, '/') - 1)) ?: './';
}

function token_field(): string
{
    return '<input type="hidden" name="token" value="' . h($_SESSION['token']) . '">';
}

/** True for a form that this site itself showed to this visitor. */
function is_own_form(): bool
{
    return is_string($_POST['token'] ?? null) && hash_equals($_SESSION['token'], $_POST['token']);
}

/** A trimmed line or text from a form: valid UTF-8 of at most so many characters, or null. */
function form_text(string $field, int $longest, bool $several_lines = false): ?string
{
    $text = $_POST[$field] ?? null;
    if (!is_string($text)) {
        return null;
    }
    $text = trim(str_replace("\r\n", "\n", $text));
    $pattern = $several_lines ? '/^[^\x00-\x09\x0b-\x1f\x7f]{0,%d}$/Du' : '/^[^\x00-\x1f\x7f]{0,%d}$/Du';
    return preg_match(sprintf($pattern, $longest), $text) === 1 ? $text : null;
}

/** Keeps a message for the next page, then leads there: a reload must not send the form again. */
function leave(string $where, string $message, bool $good = true)
{
    $_SESSION['flash'] = ['text' => $message, 'good' => $good];
    header('Location: ' . top() . $where, true, 303);
    exit;
}

function ago(int $then): string
{
    $seconds = max(0, time() - $then);
    if ($seconds < 45) {
        return 'just now';
    }
    foreach ([[86400 * 365, 'year'], [86400 * 30, 'month'], [86400, 'day'], [3600, 'hour'], [60, 'minute']] as [$length, $unit]) {
        if ($seconds >= $length || $unit === 'minute') {
            return counted(max(1, intdiv($seconds, $length)), $unit) . ' ago';
        }
    }
    return 'just now';
}

function counted(int $count, string $noun, ?string $plural = null): string
{
    return number_format($count) . ' ' . ($count === 1 ? $noun : $plural ?? $noun . 's');
}

function bytes(int $count): string
{
    $amount = (float) $count;
    foreach (['B', 'KB', 'MB'] as $unit) {
        if ($amount < 1024) {
            return round($amount, $amount < 10 ? 1 : 0) . ' ' . $unit;
        }
        $amount /= 1024;
    }
    return round($amount, 1) . ' GB';
}

/** PHP compiled to WebAssembly names its machine so: then this page is made inside the visitor's browser. */
function inside_browser(): bool
{
    return strncmp(php_uname('m'), 'wasm', 4) === 0;
}

/** The number of the process that answers. WebAssembly builds carry a fixed getmypid(), so the kernel is asked first. */
function process_number(): int
{
    $own = @readlink('/proc/self');
    return is_string($own) && ctype_digit($own) ? (int) $own : (int) getmypid();
}

/**
 * Counts this request, and since when. All server processes share the file, so they take turns.
 * @return array{since: int, requests: int}
 */
function count_request(): array
{
    $file = fopen(sys_get_temp_dir() . '/harbour-requests.json', 'c+');
    if ($file === false) {
        return ['since' => time(), 'requests' => 1];
    }
    flock($file, LOCK_EX);
    $count = json_decode((string) stream_get_contents($file), true);
    $count = is_array($count) ? $count : ['since' => time(), 'requests' => 0];
    $count['requests']++;
    rewind($file);
    ftruncate($file, 0);
    fwrite($file, (string) json_encode($count));
    flock($file, LOCK_UN);
    fclose($file);
    return $count;
}
