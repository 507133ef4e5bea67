<?php
require __DIR__ . '/lib.php';
text_page();
/* All settings but those of extensions that not every build of PHP has. */
foreach (ini_get_all(null, false) as $name => $value) {
    if (preg_match('/^(bcmath|cli|ffi|intl|ldap|mysqli?|mysqlnd|opcache|pcntl|readline|soap|sysv\w+|tidy|xsl)\.|^pcre\.jit$|^memory_hard_limit/', $name) !== 1) {
        show($name, $value);
    }
}
