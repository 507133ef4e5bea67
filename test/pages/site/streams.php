<?php
require __DIR__ . '/lib.php';
text_page();
attempt('pair', static function () {
    [$a, $b] = stream_socket_pair(STREAM_PF_UNIX, STREAM_SOCK_STREAM, 0);
    return [fwrite($a, "ping\n"), fgets($b), fwrite($b, "pong\n"), fgets($a)];
});
$server = stream_socket_server('tcp://127.0.0.1:0');
$a = stream_socket_client('tcp://' . stream_socket_get_name($server, false), $code, $text, 5);
$b = stream_socket_accept($server, 5);
fclose($server);
show('connected', [fwrite($a, "ping\n"), fgets($b), fwrite($b, "pong\n"), fgets($a)]);
$read = [$a, $b];
$write = $except = null;
show('select none', stream_select($read, $write, $except, 0, 50000));
fwrite($b, 'x');
$read = [$a, $b];
show('select one', [stream_select($read, $write, $except, 5), count($read), current($read) === $a, fread($a, 10)]);
stream_set_blocking($a, false);
show('non-blocking', [fread($a, 10), stream_get_meta_data($a)['blocked']]);
stream_set_blocking($a, true);
stream_set_timeout($a, 0, 50000);
show('time-out', [fread($a, 10), stream_get_meta_data($a)['timed_out']]);
// Not by stream_socket_shutdown, which fails in builds for WebAssembly: their libc has no shutdown(2).
fclose($b);
show('end', [fread($a, 10), feof($a)]);
fclose($a);
attempt('tcp', static function () {
    $server = stream_socket_server('tcp://127.0.0.1:0', $code, $text);
    $address = stream_socket_get_name($server, false);
    $client = stream_socket_client("tcp://$address", $code, $text, 5);
    $accepted = stream_socket_accept($server, 5, $peer);
    $sent = fwrite($client, pattern(20000));
    $same = $peer === stream_socket_get_name($client, false);
    fclose($client);
    $got = stream_get_contents($accepted);
    return [strtok($address, ':'), $same, $sent, strlen($got), md5($got)];
});
attempt('refused', static function () {
    // Not the number: builds for WebAssembly carry WASI's errno, which are not Linux's.
    return stream_socket_client('tcp://127.0.0.1:1', $code, $text, 1) ?: $text;
});
$server = stream_socket_server('tcp://127.0.0.1:0');
$second = @stream_socket_server('tcp://' . stream_socket_get_name($server, false), $code, $text);
// Not the text: glibc and musl put it in other words.
show('taken', $second);
attempt('unix', static function () {
    $path = scratch('socket') . '/s';
    $server = stream_socket_server("unix://$path", $code, $text);
    $client = stream_socket_client("unix://$path", $code, $text, 5);
    $accepted = stream_socket_accept($server, 5);
    fwrite($accepted, "hello\n");
    return [fgets($client), filetype($path), unlink($path)];
});
attempt('temp', static function () {
    $f = fopen('php://temp/maxmemory:1024', 'w+b');
    fwrite($f, pattern(5000));
    rewind($f);
    return [strlen(stream_get_contents($f)), stream_get_meta_data($f)['mode']];
});
attempt('filters', static function () {
    $f = fopen('php://memory', 'w+b');
    stream_filter_append($f, 'string.rot13', STREAM_FILTER_WRITE);
    fwrite($f, 'Hello');
    rewind($f);
    return [stream_get_contents($f), file_get_contents('php://filter/read=string.toupper|convert.base64-encode/resource=data:,abc')];
});
attempt('data', static function () {
    return file_get_contents('data:text/plain;base64,SGVsbG8=');
});
attempt('compress', static function () {
    $path = scratch('zlib') . '/f.gz';
    file_put_contents("compress.zlib://$path", 'text to pack');
    return [file_get_contents("compress.zlib://$path"), bin2hex(substr(file_get_contents($path), 0, 2))];
});
attempt('copy', static function () {
    $from = fopen('php://temp', 'w+b');
    fwrite($from, pattern(100000));
    rewind($from);
    $to = fopen('php://temp', 'w+b');
    return stream_copy_to_stream($from, $to);
});
show('wrappers', array_values(array_intersect(stream_get_wrappers(), ['file', 'php', 'data', 'glob', 'http', 'phar', 'compress.zlib'])));
