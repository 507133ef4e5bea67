<?php
/** Starts the server beside this one and answers its port. It goes on when the request is over. */
$process = proc_open(['php', __DIR__ . '/server.php', $_GET['port'] ?? '0'], [1 => ['pipe', 'w']], $pipes);
header('Content-Type: text/plain');
echo is_resource($process) ? fgets($pipes[1]) : 'not started';
