<?php
require __DIR__ . '/lib.php';
text_page();
$d = scratch('archive');
$zip = new ZipArchive();
show('open', $zip->open("$d/a.zip", ZipArchive::CREATE));
$zip->addFromString('one.txt', 'first');
$zip->addFromString('folder/two.bin', pattern(50000));
$zip->addEmptyDir('empty');
show('close', $zip->close());
$zip->open("$d/a.zip");
$names = [];
for ($i = 0; $i < $zip->numFiles; $i++) {
    $names[] = [$zip->getNameIndex($i), $zip->statIndex($i)['size']];
}
show('names', $names);
show('extract', [$zip->extractTo("$d/out"), md5_file("$d/out/folder/two.bin") === md5(pattern(50000)), is_dir("$d/out/empty")]);
show('wrapper', file_get_contents("zip://$d/a.zip#one.txt"));
$zip->close();
attempt('tar', static function () use ($d) {
    $tar = new PharData("$d/b.tar");
    $tar->addFromString('x/y.txt', 'inside');
    $tar->compress(Phar::GZ);
    return [file_get_contents("phar://$d/b.tar/x/y.txt"), file_exists("$d/b.tar.gz")];
});
attempt('broken', static function () use ($d) {
    file_put_contents("$d/c.zip", 'not a zip');
    return (new ZipArchive())->open("$d/c.zip");
});
remove_tree($d);
