<?php
$code = (int) ($_GET['code'] ?? 200);
if (isset($_GET['line'])) {
    header("HTTP/1.1 $code {$_GET['line']}");
} else {
    http_response_code($code);
}
header('X-Code: ' . http_response_code());
if (!isset($_GET['silent'])) {
    echo "status $code\n";
}
