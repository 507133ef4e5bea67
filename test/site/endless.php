<?php
/* Says something until nobody listens any more, and then who it was. */
require __DIR__ . '/page.php';
page('endless');
set_time_limit(0);
register_shutdown_function(static function (): void {
    error_log('endless ended');
});
while (true) {
    echo str_repeat('<i></i>', 200);
    flush();
    usleep(20000);
}
