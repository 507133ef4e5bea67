<?php
// Server-sent events: one at once, the next when `?open=NAME` has been asked for, then the end.
$gate = sys_get_temp_dir() . '/gate-' . preg_replace('/\W/', '', $_GET['gate'] ?? $_GET['open']);
if (isset($_GET['open'])) {
    touch($gate);
    exit('open');
}
set_time_limit(0);
header('Content-Type: text/event-stream');
header('Cache-Control: no-cache');
$last = (int) ($_SERVER['HTTP_LAST_EVENT_ID'] ?? 0);
echo 'retry: 10', "\n", 'id: ', $last + 1, "\n", 'data: after ', $last, "\n\n";
flush();
// A page that has gone away is noticed by writing to it.
while (!file_exists($gate) && !connection_aborted()) {
    usleep(20000);
    clearstatcache();
}
echo 'id: ', $last + 2, "\n", 'data: open', "\n\n";
