<?php
require __DIR__ . '/lib.php';
text_page();
show('zone', date_default_timezone_get());
show('epoch', date('c', 0));
$moment = new DateTimeImmutable('2024-02-29 13:14:15.678901', new DateTimeZone('Europe/Berlin'));
show('formats', [$moment->format(DATE_ATOM), $moment->format('D, d M Y N jS z t L B G u v e I O P T U'), $moment->format('o-\WW')]);
show('changes', [$moment->modify('+1 year')->format('c'), $moment->modify('last day of next month')->format('c'), $moment->modify('monday next week noon')->format('c')]);
foreach (['America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Pacific/Apia', 'UTC'] as $zone) {
    show($zone, $moment->setTimezone(new DateTimeZone($zone))->format('c T'));
}
show('summer time', [(new DateTime('2024-03-31 02:30', new DateTimeZone('Europe/Berlin')))->format('c'), (new DateTime('2024-10-27 02:30', new DateTimeZone('Europe/Berlin')))->format('c')]);
show('difference', (new DateTime('2020-01-31'))->diff(new DateTime('2024-03-01 12:00'))->format('%R %y %m %d %h %i %s %a'));
show('period', array_map(static function (DateTimeInterface $day): string {
    return $day->format('m/d');
}, iterator_to_array(new DatePeriod(new DateTime('2024-01-30'), new DateInterval('P1D'), 4))));
show('strtotime', array_map(static function (string $text) {
    return strtotime($text, 1700000000);
}, ['tomorrow', '-1 week', 'first monday of january 2025', '2024W101', '@86400', 'nonsense', '10 September 2000']));
show('mktime', [mktime(12, 0, 0, 13, 1, 2023), gmmktime(0, 0, 0, 1, 1, 1970), checkdate(2, 30, 2024)]);
show('parse', date_parse_from_format('Y-m-d H:i', '2024-13-01 25:00')['errors']);
show('offsets', [timezone_offset_get(new DateTimeZone('Asia/Tokyo'), new DateTime('2024-01-01')), timezone_name_from_abbr('CET')]);
date_default_timezone_set('America/Sao_Paulo');
show('default', [date('c', 1700000000), idate('y', 1700000000), localtime(1700000000, true)['tm_hour']]);
show('now', abs(time() - $_SERVER['REQUEST_TIME']) < 60 && abs(microtime(true) - time()) < 2 && hrtime(true) > 0);


