<?php
require __DIR__ . '/page.php';
// A server without a router asks the front page for every address that no file has.
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
page($path === '/' ? 'front' : "page $path", '
<a id="deep" href="/deep/link?x=1#part">deep</a>
<a id="visits" href="visits.php">visits</a>
<a id="download" href="download.php?size=' . 50 * 1024 * 1024 . '">download</a>
<a id="fatal" href="fatal.php">fatal</a>
<form method="post" action="form.php?from=front"><input name="name"><textarea name="text"></textarea><button>Send</button></form>
<form id="upload" method="post" action="upload.php" enctype="multipart/form-data"><input name="title"><input name="file" type="file"><button>Upload</button></form>
');
