<?php
require __DIR__ . '/lib.php';
text_page();
$d = scratch('files');
umask(022);
show('put', file_put_contents("$d/a.txt", "one\ntwo\n"));
show('append', file_put_contents("$d/a.txt", "three\n", FILE_APPEND | LOCK_EX));
show('lines', file("$d/a.txt", FILE_IGNORE_NEW_LINES));
show('exists', [file_exists("$d/a.txt"), is_file("$d/a.txt"), is_dir($d), is_readable("$d/a.txt"), is_writable("$d/a.txt"), is_executable("$d/a.txt"), is_link("$d/a.txt")]);
show('mode', decoct(fileperms("$d/a.txt")));
show('chmod', [chmod("$d/a.txt", 0640), decoct(fileperms("$d/a.txt"))]);
clearstatcache();
show('chmod seen', decoct(fileperms("$d/a.txt")));
show('touch', touch("$d/a.txt", 1000000000, 1000000001));
clearstatcache();
show('touch seen', [filemtime("$d/a.txt"), fileatime("$d/a.txt")]);
$stat = stat("$d/a.txt");
show('stat', [$stat['size'], $stat['nlink'], $stat['mtime'], decoct($stat['mode']), count($stat)]);
show('mkdir', [mkdir("$d/sub"), mkdir("$d/x/y/z", 0700, true), decoct(fileperms("$d/x/y/z"))]);
attempt('mkdir again', static function () use ($d) {
    return mkdir("$d/sub");
});
show('rename', [rename("$d/a.txt", "$d/sub/b.txt"), file_exists("$d/a.txt"), filesize("$d/sub/b.txt")]);
file_put_contents("$d/over.txt", 'old');
show('rename over', [rename("$d/sub/b.txt", "$d/over.txt"), file_get_contents("$d/over.txt")]);
show('rename directory', [rename("$d/x", "$d/moved"), is_dir("$d/moved/y/z")]);
show('copy', [copy("$d/over.txt", "$d/copy.txt"), filesize("$d/copy.txt")]);
show('symlink', [symlink('over.txt', "$d/link"), readlink("$d/link"), is_link("$d/link"), file_get_contents("$d/link"), decoct(lstat("$d/link")['mode'])]);
attempt('hard link', static function () use ($d) {
    $linked = scratch('hard-link') . '/hard';
    return [link("$d/over.txt", $linked), stat($linked)['nlink'], stat($linked)['ino'] === stat("$d/over.txt")['ino']];
});
symlink('nowhere', "$d/dangling");
show('dangling', [file_exists("$d/dangling"), is_link("$d/dangling")]);
symlink('.', "$d/loop");
show('realpath', [str_replace($d, '', (string) realpath("$d/loop/loop/link")), realpath("$d/none")]);
symlink('ring', "$d/ring");
attempt('ring', static function () use ($d) {
    return file_get_contents("$d/ring");
});
show('scandir', scandir($d));
show('scandir down', scandir($d, SCANDIR_SORT_DESCENDING));
$glob = static function (string $pattern, int $flags = 0) use ($d): array {
    return array_map(static function (string $path) use ($d): string {
        return substr($path, strlen($d) + 1);
    }, glob("$d/$pattern", $flags));
};
show('glob', [$glob('*.txt'), $glob('*', GLOB_ONLYDIR), $glob('[c-h]*'), $glob('none*')]);
attempt('glob with braces', static function () use ($glob) {
    return $glob('{copy,over}.*', GLOB_BRACE);
});
$names = [];
$handle = opendir($d);
while (($name = readdir($handle)) !== false) {
    $names[] = $name;
}
rewinddir($handle);
sort($names);
show('opendir', [$names, is_string(readdir($handle))]);
closedir($handle);
$tree = [];
foreach (new RecursiveIteratorIterator(new RecursiveDirectoryIterator($d, FilesystemIterator::SKIP_DOTS), RecursiveIteratorIterator::SELF_FIRST) as $file) {
    $tree[] = substr($file->getPathname(), strlen($d)) . ' ' . $file->getType();
}
sort($tree);
show('tree', $tree);
$f = fopen("$d/rw.bin", 'x+b');
show('write', [fwrite($f, '0123456789'), ftell($f), fseek($f, 3), fread($f, 2), ftell($f), fseek($f, -2, SEEK_END), fgets($f), feof($f), fgetc($f), feof($f)]);
show('truncate', [ftruncate($f, 4), fstat($f)['size'], rewind($f), stream_get_contents($f)]);
show('grow', [ftruncate($f, 6), bin2hex((string) file_get_contents("$d/rw.bin"))]);
show('seek past', [fseek($f, 10), fwrite($f, 'x'), bin2hex((string) file_get_contents("$d/rw.bin"))]);
show('sync', function_exists('fsync') ? [fsync($f), fdatasync($f)] : [true, true]);
$other = fopen("$d/rw.bin", 'r+b');
show('flock', [flock($f, LOCK_EX), flock($other, LOCK_EX | LOCK_NB, $would), $would, flock($f, LOCK_UN), flock($other, LOCK_SH), flock($f, LOCK_SH | LOCK_NB)]);
show('unlink open', [unlink("$d/rw.bin"), fseek($f, 0), fread($f, 4), file_exists("$d/rw.bin")]);
fclose($f);
fclose($other);
attempt('x again', static function () use ($d) {
    return fopen("$d/copy.txt", 'x');
});
attempt('missing', static function () use ($d) {
    return file_get_contents("$d/missing");
});
attempt('directory as file', static function () use ($d) {
    return file_get_contents("$d/sub");
});
attempt('file as directory', static function () use ($d) {
    return file_get_contents("$d/copy.txt/below");
});
attempt('rmdir full', static function () use ($d) {
    return rmdir("$d/moved");
});
attempt('unlink directory', static function () use ($d) {
    return unlink("$d/sub");
});
attempt('long name', static function () use ($d) {
    return file_put_contents("$d/" . str_repeat('n', 256), 'x');
});
$temporary = tempnam($d, 'pre');
show('tempnam', [dirname($temporary) === $d, strpos(basename($temporary), 'pre'), decoct(fileperms($temporary)), filesize($temporary)]);
$t = tmpfile();
show('tmpfile', [fwrite($t, 'x'), is_file(stream_get_meta_data($t)['uri'])]);
show('space', [disk_free_space($d) > 0, disk_total_space($d) >= disk_free_space($d)]);
show('names', [file_put_contents("$d/grüße € 日本.txt", 'x'), in_array('grüße € 日本.txt', scandir($d), true), file_put_contents("$d/ leading", 'x'), file_put_contents("$d/new\nline", 'x'), count(scandir($d))]);
show('csv', (static function () use ($d) {
    $f = fopen("$d/t.csv", 'w+');
    fputcsv($f, ['a b', 'c"d', 'e,f', "g\nh", ''], ',', '"', '\\');
    rewind($f);
    return [stream_get_contents($f, -1, 0), rewind($f) ? fgetcsv($f, 0, ',', '"', '\\') : null];
})());
show('big', [file_put_contents("$d/big", pattern(3000000)), hash_file('md5', "$d/big"), strlen(file_get_contents("$d/big", false, null, 2999990))]);
show('spl', iterator_count(new FilesystemIterator($d)) === count(scandir($d)) - 2);
show('chdir', [chdir($d), str_replace(dirname($d), '', getcwd()), file_exists('copy.txt'), chdir(__DIR__)]);
remove_tree($d);
show('gone', is_dir($d));
