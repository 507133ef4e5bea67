<?php
// How far flood.php has got.
echo @file_get_contents('/tmp/flood');
