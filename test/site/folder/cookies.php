<?php
require __DIR__ . '/../cookies.php';
