<?php
require __DIR__ . '/page.php';
page('frames', '
<iframe name="inner" src="/folder/cookies.php?set=1"></iframe>
<a id="blank" href="/deep/blank" target="_blank">blank</a>
<a id="top" href="/deep/top" target="_top">top</a>
<a id="inner" href="/deep/inner" target="inner">inner</a>
<a id="kept" href="/files/text.txt" download="kept.txt">kept</a>
');
