<?php
require __DIR__ . '/lib.php';
$image = imagecreatetruecolor(120, 80);
imagefilledrectangle($image, 0, 0, 119, 79, imagecolorallocate($image, 20, 60, 120));
imagefilledellipse($image, 60, 40, 50, 50, imagecolorallocate($image, 250, 200, 80));
imageline($image, 0, 0, 119, 79, imagecolorallocate($image, 255, 255, 255));
imagestring($image, 5, 10, 10, 'Portside', imagecolorallocate($image, 255, 255, 255));
imagesetpixel($image, 5, 5, imagecolorallocatealpha($image, 255, 0, 0, 64));
$format = $_GET['format'] ?? 'pixels';
if ($format !== 'pixels') {
    header("Content-Type: image/$format");
    $write = "image$format";
    $write($image);
    exit;
}
text_page();
$pixels = static function ($image): string {
    $all = '';
    for ($y = 0; $y < imagesy($image); $y++) {
        for ($x = 0; $x < imagesx($image); $x++) {
            $all .= pack('N', imagecolorat($image, $x, $y));
        }
    }
    return md5($all);
};
show('drawn', $pixels($image));
$small = imagecreatetruecolor(30, 20);
imagecopyresampled($small, $image, 0, 0, 0, 0, 30, 20, 120, 80);
show('resampled', $pixels($small));
show('rotated', [imagesx(imagerotate($image, 90, 0)), $pixels(imagerotate($image, 90, 0))]);
imagefilter($image, IMG_FILTER_GRAYSCALE);
show('grey', $pixels($image));
foreach (['png', 'gif', 'jpeg', 'webp', 'bmp'] as $format) {
    attempt($format, static function () use ($small, $format, $pixels) {
        ob_start();
        ("image$format")($small);
        $bytes = ob_get_clean();
        $again = imagecreatefromstring($bytes);
        return [getimagesizefromstring($bytes)['mime'], imagesx($again), imagesy($again), in_array($format, ['png', 'bmp'], true) ? $pixels($again) === $pixels($small) : null];
    });
}
show('type', (new finfo(FILEINFO_MIME_TYPE))->buffer("\x89PNG\r\n\x1a\n\0\0\0\rIHDR"));
show('magic', [mime_content_type(__DIR__ . '/static/hello.txt'), mime_content_type(__DIR__ . '/nested-html/index.html')]);
