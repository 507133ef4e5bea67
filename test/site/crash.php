<?php
/* Deeper than any stack: array_map calls back through PHP's own C functions, which no setting of PHP limits. */
function deeper(int $depth): array
{
    return array_map('deeper', [$depth + 1]);
}
deeper(0);
