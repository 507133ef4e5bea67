<?php
$body = "a page with a tag\n";
$tag = '"' . md5($body) . '"';
header("ETag: $tag");
header('Last-Modified: Tue, 01 Jan 2019 00:00:00 GMT');
header('Cache-Control: max-age=0, must-revalidate');
if (($_SERVER['HTTP_IF_NONE_MATCH'] ?? '') === $tag) {
    http_response_code(304);
    exit;
}
echo $body;
