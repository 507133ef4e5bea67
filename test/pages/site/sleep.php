<?php
header('Content-Type: text/plain');
sleep((int) ($_GET['seconds'] ?? 2));
echo "slept\n";
