<?php
/* What came in, as JSON; bodies by their digest. */
header('Content-Type: application/json');
header('X-Method: ' . $_SERVER['REQUEST_METHOD']);
$input = file_get_contents('php://input');
echo json_encode([
    'server' => array_filter($_SERVER, 'is_scalar'),
    'get' => $_GET,
    'post' => $_POST,
    'cookies' => $_COOKIE,
    'input' => strlen($input) > 1000 ? [strlen($input), hash('sha256', $input)] : $input,
    'files' => array_map(static function (array $file): array {
        return [
            'name' => $file['name'],
            'type' => $file['type'],
            'error' => $file['error'],
            'size' => $file['size'],
            'sha256' => $file['error'] === UPLOAD_ERR_OK ? hash_file('sha256', $file['tmp_name']) : null,
        ];
    }, $_FILES),
]);
