<?php
register_shutdown_function(static function (): void {
    echo "shutdown function\n";
});
class Farewell
{
    public function __destruct()
    {
        echo "destructor\n";
    }
}
$farewell = new Farewell();
ob_start(static function (string $text): string {
    return strtoupper($text);
});
echo "before exit\n";
exit(isset($_GET['number']) ? 3 : "said by exit\n");
