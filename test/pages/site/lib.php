<?php

/* Pages answer in lines, `label: JSON`, so that a difference names itself. */

function text_page(): void
{
    header('Content-Type: text/plain; charset=utf-8');
}

/** @param mixed $value */
function show(string $label, $value): void
{
    echo $label, ': ', is_string($value) && preg_match('//u', $value) !== 1
        ? 'bytes ' . bin2hex($value)
        : json_encode($value, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_PRESERVE_ZERO_FRACTION | JSON_INVALID_UTF8_SUBSTITUTE), "\n";
}

/** What a call returns, or the error that it throws or raises. */
function attempt(string $label, callable $call): void
{
    $raised = [];
    set_error_handler(static function (int $level, string $message) use (&$raised): bool {
        $raised[] = $message;
        return true;
    });
    try {
        show($label, $call());
    } catch (Throwable $error) {
        show($label, get_class($error) . ': ' . $error->getMessage());
    } finally {
        restore_error_handler();
    }
    foreach ($raised as $message) {
        show("$label raised", $message);
    }
}

/** An empty directory of this page alone, which goes when the page ends. */
function scratch(string $name): string
{
    $directory = sys_get_temp_dir() . '/portside-pages-' . $_SERVER['SERVER_PORT'] . "-$name";
    remove_tree($directory);
    mkdir($directory);
    register_shutdown_function('remove_tree', $directory);
    return $directory;
}

function remove_tree(string $path): void
{
    if (is_link($path) || is_file($path)) {
        unlink($path);
    } elseif (is_dir($path)) {
        foreach (array_diff(scandir($path), ['.', '..']) as $name) {
            remove_tree("$path/$name");
        }
        rmdir($path);
    }
}

/** Bytes that look random and are the same everywhere. */
function pattern(int $length): string
{
    $block = '';
    for ($i = 0; strlen($block) < 65536; $i++) {
        $block .= hash('sha256', "portside $i", true);
    }
    return substr(str_repeat($block, intdiv($length, 65536) + 1), 0, $length);
}
