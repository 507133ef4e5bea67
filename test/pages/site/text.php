<?php
require __DIR__ . '/lib.php';
text_page();
$s = 'Grüße, Ωμέγα, 日本語, 🚢';
show('mb', [mb_strlen($s), strlen($s), mb_substr($s, 0, 5), mb_strtoupper($s), mb_strtolower('ÀÉÎ'), mb_strpos($s, '日'), mb_strrev($s)]);
function mb_strrev(string $s): string
{
    return implode('', array_reverse(preg_split('//u', $s, -1, PREG_SPLIT_NO_EMPTY)));
}
show('convert', [bin2hex(mb_convert_encoding('é€', 'UTF-16LE', 'UTF-8')), mb_convert_encoding("\xe9", 'UTF-8', 'ISO-8859-1'), mb_detect_encoding("caf\xe9", ['UTF-8', 'ISO-8859-1']), mb_check_encoding("\xff", 'UTF-8')]);
show('width', [mb_strwidth($s), mb_strimwidth($s, 0, 10, '…'), mb_convert_case('hello wORLD', MB_CASE_TITLE), mb_str_split('日本語')]);
show('mime', [mb_encode_mimeheader('Grüße', 'UTF-8', 'Q'), iconv_mime_decode('=?UTF-8?Q?Gr=C3=BC=C3=9Fe?='), quoted_printable_encode("é=\n")]);
show('iconv', [bin2hex(iconv('UTF-8', 'ISO-8859-1', 'café')), iconv_strlen($s), iconv_substr($s, 7, 5), bin2hex(iconv('UTF-8', 'UTF-16BE', 'a€')), @iconv('UTF-8', 'ASCII//IGNORE', 'abc')]);
show('ctype', [ctype_alpha('abC'), ctype_digit('12a'), ctype_upper('AB'), ctype_punct('!?'), ctype_xdigit('fF0'), ctype_space(" \n")]);
show('json', [json_encode(['a' => 1.0, 'b' => [true, null], 'é' => '/"\u{1F6A2}'], JSON_PRETTY_PRINT), json_decode('{"a":{"b":[1,2.5,"x"]}}', true), json_decode('{bad', true), json_last_error_msg(), json_encode(0.1 + 0.2), json_encode("\xff"), json_decode('12345678901234567890')]);
show('pcre', [preg_match('/(?<year>\d{4})-(\d\d)/', 'on 2024-05-06', $m), $m, preg_replace('/\p{Lu}/u', '[$0]', 'aÀbΩ'), preg_split('/[\s,]+/', "a, b\tc"), preg_replace_callback('/\d+/', static function (array $m): int {
    return $m[0] * 2;
}, '1 22 333'), preg_match('/^(a+)+$/', str_repeat('a', 30) . 'b'), preg_last_error_msg(), preg_quote('a.b*c')]);
show('strings', [wordwrap('the quick brown fox', 10, "\n", true), ucwords('hello world-wide', ' -'), similar_text('World', 'Word'), levenshtein('kitten', 'sitting'), soundex('Robert'), metaphone('Thompson'), number_format(1234567.891, 2), money(1e15), strrev('abc'), nl2br("a\nb"), strtr('Hi all', ['Hi' => 'Hello', 'all' => 'world']), sprintf('%05.1f|%-6s|%+d|%x|%b|%e|%\'*10s', 3.14159, 'ab', 5, 255, 5, 12345.678, 'right'), vsprintf('%2$s %1$s', ['a', 'b']), sscanf('age: 25', 'age: %d')]);
function money(float $x): string
{
    return number_format($x, 0, ',', '.');
}
show('html', [htmlspecialchars('<a href="x">\'é</a>'), html_entity_decode('&eacute;&#x1F6A2;&hellip;'), strip_tags('<p>a<br>b<script>c</script></p>', '<br>'), htmlentities('ü€')]);
show('url', [parse_url('https://u:p@h:8080/p/a?q=1&r[]=2#f'), http_build_query(['a' => [1, 2], 'b' => 'c d', 'e' => ['f' => 'é']]), rawurlencode('a b+c/é'), urldecode('a+b%20c')]);
show('pack', [bin2hex(pack('nvNVJPqCa4H*', 1, 2, 3, 4, 5, 6, 7, 8, 'ab', 'ff')), unpack('nbig/vlittle', "\x00\x01\x02\x00"), bin2hex(pack('Gef', 1.5, -2.25, 0.1))]);
show('serialise', [serialize(['a' => 1.5, 'b' => [true, null, 'é']]), unserialize('a:1:{i:0;O:8:"stdClass":1:{s:1:"x";i:1;}}'), var_export([1, 'a' => [1.0, null, false]], true)]);
show('numbers', [0.1 + 0.2, 1 / 3, 1e100, -0.0, PHP_INT_MAX + 1, 7 % -3, fmod(7.5, 2), intdiv(-7, 2), round(2.5), round(-1.955, 2), floor(-1.5), base_convert('zz', 36, 2), bindec('1111'), hexdec('ff'), 2 ** 63, 2 ** -1, 0x7FFFFFFFFFFFFFFF, (int) '12abc', '10' == '1e1', 'abc' <=> 'abd', max('a', 0), is_numeric(' 1'), sqrt(2), exp(1), pi(), sin(1), atan2(1, 2), log(10), hypot(3, 4), (string) 1.0E+25, (int) 1e19]);
mt_srand(42);
show('seeded', [mt_rand(), mt_rand(1, 100), rand(1, 6), shuffle_of(range(1, 8)), array_rand(['a' => 1, 'b' => 2, 'c' => 3], 2), str_shuffle('abcdef')]);
function shuffle_of(array $list): array
{
    shuffle($list);
    return $list;
}
show('sort', (static function (): array {
    $a = ['b' => 1, 'a' => 3, 'c' => 2, 10 => 'x', '9' => 'y', 'img12' => 0, 'img2' => 0];
    $lists = [];
    foreach (['ksort', 'asort', 'krsort', 'arsort'] as $function) {
        $copy = $a;
        $function($copy);
        $lists[$function] = array_map(null, array_keys($copy));
    }
    $names = ['img12', 'img10', 'IMG2', 'img1'];
    natcasesort($names);
    return [$lists, $names];
})());
