<?php
require __DIR__ . '/lib.php';
if (($_GET['handler'] ?? '') === 'gzip') {
    ob_start('ob_gzhandler');
}
text_page();
show('level', ob_get_level());
show('handlers', ob_list_handlers());
ob_start();
echo 'discarded';
ob_end_clean();
ob_start(static function (string $text, int $phase): string {
    return "[$phase " . strlen($text) . ']' . $text;
}, 16);
echo 'a chunk longer than sixteen bytes';
echo 'short';
ob_end_flush();
echo "\n";
ob_start();
echo 'kept';
show('contents', ob_get_clean());
output_add_rewrite_var('extra', 'yes');
echo '<a href="request.php?x=1">link</a><form action="request.php"><input name="a"></form>', "\n";
output_reset_rewrite_vars();
show('headers sent', headers_sent());
echo str_repeat("a line that repeats itself\n", 200);
