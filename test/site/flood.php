<?php
// Sends one mebibyte after another and keeps a record of how many it could.
ignore_user_abort(true);
for ($sent = 0; $sent < 300 && !connection_aborted(); $sent++) {
    echo str_repeat('x', 1 << 20);
    flush();
    file_put_contents('/tmp/flood', $sent);
}
file_put_contents('/tmp/flood', 'over');
