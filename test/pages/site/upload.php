<?php
require __DIR__ . '/lib.php';
text_page();
show('post', $_POST);
show('limits', [ini_get('upload_max_filesize'), ini_get('post_max_size')]);
foreach ($_FILES as $field => $file) {
    show("$field.name", $file['name']);
    show("$field.full_path", $file['full_path'] ?? $file['name']);
    show("$field.type", $file['type']);
    show("$field.error", $file['error']);
    show("$field.size", $file['size']);
    if ($file['error'] === UPLOAD_ERR_OK) {
        show("$field.sha256", hash_file('sha256', $file['tmp_name']));
        $kept = scratch('upload') . '/kept';
        show("$field.moved", move_uploaded_file($file['tmp_name'], $kept));
        show("$field.kept", [filesize($kept), is_file($file['tmp_name'])]);
        unlink($kept);
    }
}
