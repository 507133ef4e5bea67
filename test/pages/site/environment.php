<?php
require __DIR__ . '/lib.php';
text_page();
foreach (['PHP_OS', 'PHP_OS_FAMILY', 'PHP_SAPI', 'PHP_EOL', 'DIRECTORY_SEPARATOR', 'PATH_SEPARATOR', 'PHP_MAXPATHLEN', 'PHP_DEBUG', 'PHP_ZTS', 'PHP_INT_SIZE', 'PHP_INT_MAX', 'PHP_FLOAT_DIG', 'PHP_FLOAT_EPSILON', 'PHP_FD_SETSIZE', 'E_ALL', 'M_PI', 'LC_ALL', 'PHP_SHLIB_SUFFIX'] as $name) {
    show($name, constant($name));
}
show('version', PHP_MAJOR_VERSION . '.' . PHP_MINOR_VERSION);
show('sapi', php_sapi_name());
show('temporary', sys_get_temp_dir());
show('directory', getcwd());
show('script', [get_included_files()[0], __FILE__, __DIR__]);
show('limits', [ini_get('memory_limit'), ini_get('max_execution_time'), ini_get('max_input_vars'), ini_get('upload_max_filesize'), ini_get('post_max_size')]);
show('getenv', getenv('PORTSIDE_NO_SUCH_VARIABLE'));
show('putenv', [putenv('PORTSIDE_SET=yes'), getenv('PORTSIDE_SET'), putenv('PORTSIDE_SET'), getenv('PORTSIDE_SET')]);
show('env array', $_ENV == array_intersect_key(getenv(), $_ENV));
show('umask', decoct(umask()));
show('include path', get_include_path());
show('locale', setlocale(LC_ALL, '0'));
show('set_time_limit', set_time_limit(60));
show('ignore_user_abort', ignore_user_abort());
show('connection', connection_status());
show('gc', gc_enabled());
show('process', [is_int(getmypid()), is_int(getmyuid()), is_string(get_current_user()), php_uname('s') !== '']);
show('load', is_array(function_exists('sys_getloadavg') ? sys_getloadavg() : []));
show('usage', [memory_get_usage() > 0, memory_get_peak_usage() >= memory_get_usage(), is_array(getrusage())]);
show('mail', function_exists('mail'));
foreach (['Core', 'ctype', 'curl', 'date', 'dom', 'exif', 'fileinfo', 'filter', 'gd', 'hash', 'iconv', 'json', 'libxml', 'mbstring', 'openssl', 'pcre', 'PDO', 'pdo_sqlite', 'Phar', 'Reflection', 'session', 'SimpleXML', 'SPL', 'sqlite3', 'standard', 'tokenizer', 'xml', 'xmlreader', 'xmlwriter', 'zip', 'zlib'] as $extension) {
    show("extension $extension", extension_loaded($extension));
}
