<?php
$to = $_GET['to'] ?? 'request.php?redirected=1';
$to = str_replace('{port}', $_SERVER['SERVER_PORT'], $to);
header("Location: $to", true, (int) ($_GET['status'] ?? 302));
echo "moved to $to\n";
