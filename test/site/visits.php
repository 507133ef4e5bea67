<?php
require __DIR__ . '/page.php';
session_start();
$_SESSION['visits'] = ($_SESSION['visits'] ?? 0) + 1;
page("visit {$_SESSION['visits']}");
