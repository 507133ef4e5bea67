<?php
if (isset($_GET['html'])) {
    ini_set('html_errors', $_GET['html']);
}
echo "before\n";
switch ($_GET['kind'] ?? '') {
    case 'exception':
        throw new DomainException('thrown on purpose', 7, new LogicException('the reason'));
    case 'warning':
        echo $undefined, [1][2], "\n";
        break;
    case 'division':
        echo intdiv(1, 0);
        break;
    case 'fatal':
        echo no_such_function();
        break;
    case 'type':
        echo strlen([]);
        break;
    case 'trigger':
        trigger_error('a notice of the user', E_USER_NOTICE);
        trigger_error('the end', E_USER_ERROR);
        break;
    case 'memory':
        $text = str_repeat('x', 300 * 1024 * 1024);
        break;
    case 'include':
        echo (include 'no-such-file.php') === false ? "false\n" : "true\n";
        break;
    case 'parse':
        include __DIR__ . '/broken.inc';
        break;
    case 'deep':
        (function () {
            throw new RuntimeException("two\nlines <b>and markup</b>");
        })();
}
echo "after\n";
