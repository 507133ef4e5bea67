<?php
require __DIR__ . '/lib.php';
text_page();
attempt('no such program', static function () {
    $process = proc_open(['/no/such/program'], [1 => ['pipe', 'w'], 2 => ['pipe', 'w']], $pipes);
    return is_resource($process) ? [stream_get_contents($pipes[1]), proc_close($process)] : $process;
});
attempt('list', static function () {
    $process = proc_open([PHP_BINARY ?: 'php', '-n', '-r', 'fwrite(STDERR, "err"); echo strtoupper(stream_get_contents(STDIN)), getenv("A"), getcwd(); exit(3);'],
        [['pipe', 'r'], ['pipe', 'w'], ['pipe', 'w']], $pipes, '/', ['A' => ' and the environment ']);
    fwrite($pipes[0], 'through a pipe');
    fclose($pipes[0]);
    $out = stream_get_contents($pipes[1]);
    $err = stream_get_contents($pipes[2]);
    fclose($pipes[1]);
    fclose($pipes[2]);
    return [$out, $err, proc_close($process)];
});
attempt('shell', static function () {
    $process = proc_open('echo hello', [1 => ['pipe', 'w']], $pipes);
    return is_resource($process) ? [stream_get_contents($pipes[1]), proc_close($process)] : $process;
});
attempt('exec', static function () {
    $last = exec('echo one; echo two; exit 4', $lines, $status);
    return [$last, $lines, $status];
});
attempt('shell_exec', static function () {
    return shell_exec('echo three');
});
attempt('popen', static function () {
    $f = popen('echo four', 'r');
    return is_resource($f) ? [fgets($f), pclose($f)] : $f;
});
show('escape', [escapeshellarg("it's"), escapeshellcmd('a;b|c')]);
