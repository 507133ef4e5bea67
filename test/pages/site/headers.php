<?php
require __DIR__ . '/lib.php';
text_page();
header('X-Repeated: one');
header('X-Repeated: two', false);
header('X-Replaced: one');
header('X-Replaced: two');
header('x-LOWER-and-Upper: kept');
header('Link: </a.css>; rel=preload', false);
header('Link: </b.js>; rel=preload', false);
header('Vary: Accept-Language');
header('X-Latin: ' . "caf\xe9");
header('X-Utf8: café €');
header('X-Empty:');
header('X-Long: ' . str_repeat('abcdefghij', 700));
header('X-Frame-Options: DENY');
header('Cache-Control: no-store');
header('X-Gone: 1');
header_remove('X-Gone');
header_remove('X-Powered-By');
attempt('newline', static function () {
    header("X-Bad: a\r\nX-Injected: b");
    return 'sent';
});
show('list', headers_list());
