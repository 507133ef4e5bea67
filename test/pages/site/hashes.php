<?php
require __DIR__ . '/lib.php';
text_page();
foreach (['md5', 'sha1', 'sha256', 'sha512', 'sha512/256', 'sha3-256', 'crc32', 'crc32b', 'crc32c', 'adler32', 'fnv1a64', 'joaat', 'whirlpool', 'ripemd160', 'tiger192,3', 'gost', 'xxh32', 'xxh64', 'xxh3', 'xxh128', 'murmur3f'] as $name) {
    attempt($name, static function () use ($name) {
        return hash($name, pattern(1000));
    });
}
show('hmac', hash_hmac('sha256', 'message', 'key'));
show('pbkdf2', hash_pbkdf2('sha256', 'password', 'salt', 1000, 32));
show('hkdf', bin2hex(hash_hkdf('sha256', 'key', 16, 'info', 'salt')));
show('crypt', [crypt('secret', '$2y$04$abcdefghijklmnopqrstuu'), crypt('secret', '$6$saltsalt$'), crypt('secret', '$1$salt$')]);
show('password', [password_verify('secret', password_hash('secret', PASSWORD_BCRYPT, ['cost' => 4])), password_get_info('$2y$04$abcdefghijklmnopqrstuu')['algoName']]);
show('random', [strlen(random_bytes(16)), random_int(5, 5), strlen(bin2hex(openssl_random_pseudo_bytes(4)))]);
show('openssl', [openssl_digest('a', 'sha256'), base64_encode(openssl_encrypt('text', 'aes-256-cbc', str_repeat('k', 32), OPENSSL_RAW_DATA, str_repeat('i', 16))), openssl_decrypt(openssl_encrypt('text', 'aes-128-gcm', str_repeat('k', 16), 0, str_repeat('i', 12), $tag), 'aes-128-gcm', str_repeat('k', 16), 0, str_repeat('i', 12), $tag)]);
show('crc', [crc32('portside'), md5_file(__DIR__ . '/static/hello.txt'), hash_equals('a', 'a')]);
show('base64', [base64_encode("\x00\xff"), base64_decode('AP8=') === "\x00\xff", bin2hex(convert_uudecode(convert_uuencode('hello')))]);
show('zlib', [strlen(gzcompress(str_repeat('a', 10000))) < 100, gzuncompress(gzcompress('text')), gzdecode(gzencode('text')), gzinflate(gzdeflate('text')), bin2hex(substr(gzencode('a'), 0, 3)), gzinflate(hex2bin('4b4c4a0600'))]);
