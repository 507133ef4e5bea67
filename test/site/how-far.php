<?php
// How far endless.php has got.
echo @file_get_contents('/tmp/endless');
