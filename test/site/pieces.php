<?php
require __DIR__ . '/page.php';
page('pieces');
for ($piece = 1; $piece <= 5; $piece++) {
    echo "<p id=\"piece$piece\">$piece</p>";
    flush();
    usleep(100000);
}
