<?php
require __DIR__ . '/page.php';
page('before the error');
no_such_function();
