<?php
error_log($_GET['text']);
echo 'logged';
