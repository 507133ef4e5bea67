<?php
header('Location: ' . str_replace('{port}', $_SERVER['SERVER_PORT'], $_GET['to']), true, (int) ($_GET['status'] ?? 302));
