<?php
require __DIR__ . '/lib.php';
text_page();
session_start($_GET['options'] ?? []);
$before = session_id();
switch ($_GET['do'] ?? 'count') {
    case 'set':
        $_SESSION['value'] = $_GET['value'] ?? '';
        break;
    case 'regenerate':
        session_regenerate_id(true);
        break;
    case 'destroy':
        $_SESSION = [];
        session_destroy();
        break;
    case 'close':
        session_write_close();
        $_SESSION['lost'] = true;
        break;
}
$_SESSION['count'] = ($_SESSION['count'] ?? 0) + 1;
show('status', session_status());
show('name', session_name());
show('id length', strlen(session_id()));
show('same id', $before === session_id());
show('session', $_SESSION);
show('save path', session_save_path());
show('cookie', session_get_cookie_params());
show('encoded', session_status() === PHP_SESSION_ACTIVE ? session_encode() : null);
