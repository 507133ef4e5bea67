<?php
// Locks belong to what fopen() gives, also within one process (flock(2)).
$path = tempnam(sys_get_temp_dir(), 'lock');
[$first, $second] = [fopen($path, 'c+'), fopen($path, 'r')];
var_dump(flock($first, LOCK_SH), flock($second, LOCK_SH | LOCK_NB, $waits), $waits);
var_dump(flock($second, LOCK_EX | LOCK_NB, $waits), $waits);
var_dump(flock($first, LOCK_UN), flock($second, LOCK_EX | LOCK_NB, $waits), $waits);
var_dump(stream_supports_lock($first), stream_supports_lock(fopen("php://memory", "r")));
fclose($second);
var_dump(file_put_contents($path, 'xy', LOCK_EX), file_get_contents($path));
$object = new SplFileObject($path);
var_dump($object->flock(LOCK_EX), flock($first, LOCK_SH | LOCK_NB));
unlink($path);
