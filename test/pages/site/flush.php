<?php
header('Content-Type: text/plain');
$pieces = (int) ($_GET['pieces'] ?? 5);
for ($i = 1; $i <= $pieces; $i++) {
    echo "piece $i\n";
    flush();
    usleep(100000);
}
