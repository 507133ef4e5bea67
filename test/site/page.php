<?php
/** The frame of a page that people see. */
function page(string $heading, string $body = ''): void
{
    echo '<!doctype html><title>', htmlspecialchars($heading), '</title><h1>', htmlspecialchars($heading), '</h1>', $body;
}
