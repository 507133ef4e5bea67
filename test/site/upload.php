<?php
require __DIR__ . '/page.php';
$file = $_FILES['file'];
$facts = [$_POST['title'], $file['name'], $file['size'], $file['error'] === UPLOAD_ERR_OK ? hash_file('sha256', $file['tmp_name']) : $file['error']];
page('upload', '<pre>' . htmlspecialchars(json_encode($facts)) . '</pre>');
