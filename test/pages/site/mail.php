<?php
require __DIR__ . '/lib.php';
text_page();
attempt('mail', static function () {
    return mail('nobody@example.com', 'Subject', 'Body', "From: me@example.com\r\n");
});
