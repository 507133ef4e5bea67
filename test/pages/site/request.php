<?php
require __DIR__ . '/lib.php';
text_page();
foreach ([
    'REQUEST_METHOD', 'REQUEST_URI', 'QUERY_STRING', 'SCRIPT_NAME', 'SCRIPT_FILENAME', 'PHP_SELF', 'PATH_INFO', 'DOCUMENT_ROOT',
    'SERVER_PROTOCOL', 'SERVER_NAME', 'SERVER_PORT', 'SERVER_SOFTWARE', 'REMOTE_ADDR', 'HTTPS', 'CONTENT_TYPE', 'CONTENT_LENGTH',
    'PHP_AUTH_USER', 'PHP_AUTH_PW', 'AUTH_TYPE', 'PHP_AUTH_DIGEST', 'argv', 'argc',
] as $name) {
    show("server.$name", $_SERVER[$name] ?? null);
}
show('server.REQUEST_TIME is an integer', is_int($_SERVER['REQUEST_TIME']));
show('server.REMOTE_PORT is a number', ctype_digit((string) $_SERVER['REMOTE_PORT']));
$http = array_filter($_SERVER, static function (string $name): bool {
    return strncmp($name, 'HTTP_', 5) === 0;
}, ARRAY_FILTER_USE_KEY);
ksort($http);
show('server.http', $http);
$headers = getallheaders();
ksort($headers);
show('headers', $headers);
foreach (['get' => $_GET, 'post' => $_POST, 'cookie' => $_COOKIE, 'request' => $_REQUEST] as $label => $fields) {
    array_walk_recursive($fields, static function (&$value): void {
        $value = strlen($value) > 10000 ? [strlen($value), md5($value)] : $value;
    });
    show($label, $fields);
}
foreach ($_FILES as $field => $file) {
    $paths = (array) $file['tmp_name'];
    array_walk_recursive($paths, static function (string $path) use ($field): void {
        show("file.$field", $path === '' ? null : [filesize($path), hash_file('sha256', $path), is_uploaded_file($path)]);
    });
    unset($file['tmp_name']);
    show("files.$field", $file);
}
$input = file_get_contents('php://input');
show('input', [strlen($input), hash('sha256', $input)]);
