<?php
/**
 * A WebSocket server as PHP programs are: stream_socket_server, stream_select, RFC 6455 by hand. The path says what a connection
 * is to do; `/control` asks what others have done. Arguments: the port to listen on; 0 for any that is free.
 */
declare(strict_types=1);

const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const READ_SIZE = 65536;

final class Connection
{
    public string $in = '';
    public string $out = '';
    public string $path = '';
    /** @var array<string, string> */
    public array $query = [];
    /** @var array<string, string> */
    public array $headers = [];
    public bool $open = false;
    /** Closed once what is to be written is. */
    public bool $leaving = false;
    public bool $paused = false;
    /** Opcode and hex of each frame that came but for data of `/echo`. */
    public array $seen = [];
    public string $message = '';
    public int $opcode = 0;

    public function __construct(public readonly mixed $socket) {}
}

function frame(int $opcode, string $payload, bool $final = true): string
{
    $length = strlen($payload);
    $head = chr(($final ? 0x80 : 0) | $opcode);
    if ($length < 126) return $head . chr($length) . $payload;
    if ($length < 65536) return $head . chr(126) . pack('n', $length) . $payload;
    return $head . chr(127) . pack('J', $length) . $payload;
}

function unmask(string $payload, string $key): string
{
    return $payload ^ substr(str_repeat($key, intdiv(strlen($payload), 4) + 1), 0, strlen($payload));
}

/** Takes one frame off the input: opcode, payload, final; null while it is not complete. */
function take_frame(Connection $c): ?array
{
    if (strlen($c->in) < 2) return null;
    $second = ord($c->in[1]);
    $length = $second & 0x7f;
    $at = 2;
    if ($length === 126) {
        if (strlen($c->in) < 4) return null;
        $length = unpack('n', $c->in, 2)[1];
        $at = 4;
    } elseif ($length === 127) {
        if (strlen($c->in) < 10) return null;
        $length = unpack('J', $c->in, 2)[1];
        $at = 10;
    }
    if (strlen($c->in) < $at + 4 + $length) return null;
    $first = ord($c->in[0]);
    // RFC 6455 section 5.1: a client that does not mask is cut off.
    if (($second & 0x80) === 0) {
        $c->leaving = true;
        return null;
    }
    $payload = unmask(substr($c->in, $at + 4, $length), substr($c->in, $at, 4));
    $c->in = substr($c->in, $at + 4 + $length);
    return [$first & 0x0f, $payload, ($first & 0x80) !== 0];
}

function handshake(Connection $c): void
{
    $end = strpos($c->in, "\r\n\r\n");
    if ($end === false) return;
    $lines = explode("\r\n", substr($c->in, 0, $end));
    $c->in = substr($c->in, $end + 4);
    [, $target] = explode(' ', $lines[0]);
    $c->path = (string) parse_url($target, PHP_URL_PATH);
    parse_str((string) parse_url($target, PHP_URL_QUERY), $c->query);
    foreach (array_slice($lines, 1) as $line) {
        [$name, $value] = explode(': ', $line, 2) + [1 => ''];
        $c->headers[strtolower($name)] = $value;
    }
    if ($c->path === '/refuse') {
        $status = $c->query['status'] ?? '404 Not Found';
        $c->out = "HTTP/1.1 $status\r\nSet-Cookie: refused=yes; Path=/\r\nContent-Length: 2\r\n\r\nno";
        $c->leaving = true;
        return;
    }
    if ($c->path === '/garbage') {
        $c->out = "this is no HTTP\r\n\r\n";
        $c->leaving = true;
        return;
    }
    $key = $c->query['key'] ?? $c->headers['sec-websocket-key'] ?? '';
    $head = ["HTTP/1.1 101 Switching Protocols", 'Upgrade: websocket', 'Connection: Upgrade'];
    $head[] = 'Sec-WebSocket-Accept: ' . base64_encode(sha1($key . ACCEPT_SUFFIX, true));
    if (isset($c->query['protocol'])) $head[] = 'Sec-WebSocket-Protocol: ' . $c->query['protocol'];
    if (isset($c->query['extension'])) $head[] = 'Sec-WebSocket-Extensions: ' . $c->query['extension'];
    foreach ((array) ($c->query['cookie'] ?? []) as $cookie) $head[] = "Set-Cookie: $cookie";
    $c->out = implode("\r\n", $head) . "\r\n\r\n";
    $c->open = true;
    opened($c);
}

/** What a connection does by itself, by its path. */
function opened(Connection $c): void
{
    switch ($c->path) {
        case '/headers':
            $c->out .= frame(1, json_encode($c->headers));
            break;
        case '/raw':
            $c->out .= hex2bin($c->query['hex'] ?? '');
            if (isset($c->query['drop'])) $c->leaving = true;
            break;
        case '/push':
            for ($i = 1; $i <= (int) $c->query['n']; $i++) $c->out .= frame(1, "message $i");
            $c->out .= frame(8, pack('n', 1000) . 'done');
            break;
        case '/close':
            $c->out .= frame(8, pack('n', (int) $c->query['code']) . ($c->query['reason'] ?? ''));
            break;
        case '/deaf':
            $c->paused = true;
            break;
    }
}

function received(Connection $c, int $opcode, string $payload, bool $final): void
{
    if ($opcode >= 8) $c->seen[] = [$opcode, bin2hex($payload)];
    if ($opcode === 8) {
        // The others have said it first.
        if (!in_array($c->path, ['/raw', '/push', '/close'], true)) $c->out .= frame(8, substr($payload, 0, 2));
        $c->leaving = true;
        return;
    }
    if ($opcode >= 8) return;
    if ($opcode !== 0) $c->opcode = $opcode;
    $c->message .= $payload;
    if (!$final) return;
    $message = $c->message;
    $c->message = '';
    if ($c->path === '/echo') $c->out .= frame($c->opcode, $message);
    else $c->seen[] = [$c->opcode, strlen($message) > 100 ? strlen($message) : bin2hex($message)];
}

/** Answers about other connections, by the `name` in their query. */
function control(Connection $c, array $connections, array $ended): void
{
    foreach (take_all($c) as [$opcode, $payload, $final]) {
        if ($opcode === 8) {
            received($c, $opcode, $payload, $final);
            continue;
        }
        [$command, $name] = explode(' ', $payload) + [1 => ''];
        $named = static fn(Connection $one) => ($one->query['name'] ?? '') === $name;
        $alive = array_values(array_filter($connections, $named));
        $dead = array_values(array_filter($ended, $named));
        $answer = match ($command) {
            'seen' => ($alive[0] ?? $dead[0] ?? null)?->seen,
            'alive' => count($alive),
            'count' => count($connections),
            'listen' => $alive ? !($alive[0]->paused = false) : null,
            'ping' => $alive ? strlen($alive[0]->out .= frame(9, 'are you there')) : null,
            default => 'what?',
        };
        $c->out .= frame(1, json_encode($answer));
    }
}

function take_all(Connection $c): Generator
{
    while (!$c->leaving && ($frame = take_frame($c))) yield $frame;
}

$server = stream_socket_server('tcp://127.0.0.1:' . ($argv[1] ?? '0'), $errno, $message, STREAM_SERVER_BIND | STREAM_SERVER_LISTEN, stream_context_create(['socket' => ['backlog' => 128]]));
if ($server === false) {
    fwrite(STDERR, "$message\n");
    exit(1);
}
stream_set_blocking($server, false);
echo 'listening on ' . substr(strrchr(stream_socket_get_name($server, false), ':'), 1) . "\n";

/** @var array<int, Connection> $connections */
$connections = [];
$ended = [];
for (;;) {
    $read = [-1 => $server];
    $write = [];
    foreach ($connections as $id => $c) {
        if (!$c->paused && !$c->leaving) $read[$id] = $c->socket;
        if ($c->out !== '') $write[$id] = $c->socket;
    }
    $except = null;
    if (stream_select($read, $write, $except, null) === false) exit(2);
    if (isset($read[-1])) {
        unset($read[-1]);
        while ($socket = @stream_socket_accept($server, 0)) {
            stream_set_blocking($socket, false);
            // PHP would read 8 KiB at most at a time, and keep what select can't see.
            stream_set_chunk_size($socket, READ_SIZE);
            stream_set_read_buffer($socket, 0);
            $connections[get_resource_id($socket)] = new Connection($socket);
        }
    }
    foreach (array_keys($read) as $id) {
        $c = $connections[$id];
        $bytes = fread($c->socket, READ_SIZE);
        if ($bytes === '' || $bytes === false) {
            if (feof($c->socket)) {
                $c->out = '';
                $c->leaving = true;
            }
            continue;
        }
        $c->in .= $bytes;
        if (!$c->open) handshake($c);
        if (!$c->open) continue;
        if ($c->path === '/control') control($c, $connections, $ended);
        else foreach (take_all($c) as [$opcode, $payload, $final]) received($c, $opcode, $payload, $final);
    }
    foreach ($connections as $id => $c) {
        if ($c->out !== '') {
            $count = @fwrite($c->socket, $c->out);
            if ($count === false) {
                $c->leaving = true;
                $c->out = '';
            } elseif ($count > 0) {
                $c->out = substr($c->out, $count);
            }
        }
        if ($c->leaving && $c->out === '') {
            fclose($c->socket);
            unset($connections[$id]);
            $ended[] = $c;
        }
    }
}
