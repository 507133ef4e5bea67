<?php
// A tone of 60 s as a WAV file: mono, 8 bit, 8 kHz. `?keep=NAME` puts it among the static files; `?ranges` answers ranges by itself.
$samples = 60 * 8000;
$head = pack('a4Va4a4VvvVVvva4V', 'RIFF', 36 + $samples, 'WAVE', 'fmt ', 16, 1, 1, 8000, 8000, 1, 8, 'data', $samples);
$wave = '';
for ($at = 0; $at < 80; $at++) {
    $wave .= chr((int) (128 + 100 * sin(2 * M_PI * $at / 20)));
}
$file = $head . str_repeat($wave, $samples / 80);
if (isset($_GET['keep'])) {
    file_put_contents(__DIR__ . '/' . basename($_GET['keep']), $file);
    exit('kept');
}
header('Content-Type: audio/wav');
if (isset($_GET['ranges']) && preg_match('/^bytes=(\d+)-(\d*)$/', $_SERVER['HTTP_RANGE'] ?? '', $range)) {
    $last = $range[2] === '' ? strlen($file) - 1 : (int) $range[2];
    http_response_code(206);
    header('Accept-Ranges: bytes');
    header("Content-Range: bytes $range[1]-$last/" . strlen($file));
    header('X-Range-By: guest');
    $file = substr($file, (int) $range[1], $last - $range[1] + 1);
}
header('Content-Length: ' . strlen($file));
echo $file;
