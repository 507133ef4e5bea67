<?php
declare(strict_types=1);

/*
 * Uploaded pictures: judged by their content, never by their name, and kept outside of the document root
 * under names of our own.
 */

const PICTURE_TYPES = [
    IMAGETYPE_JPEG => 'image/jpeg',
    IMAGETYPE_PNG => 'image/png',
    IMAGETYPE_GIF => 'image/gif',
    IMAGETYPE_WEBP => 'image/webp',
];

const THUMBNAIL_WIDTH = 640;

/** GD holds four bytes for each pixel, and the usual memory limit is 128 MB: larger pictures are shown as they are. */
const THUMBNAIL_MOST_PIXELS = 16000000;

/** The largest file that PHP's settings let through, in bytes. */
function largest_upload(): int
{
    return min(ini_bytes('upload_max_filesize'), ini_bytes('post_max_size') ?: PHP_INT_MAX);
}

function ini_bytes(string $setting): int
{
    $text = trim((string) ini_get($setting));
    $power = ['k' => 1, 'm' => 2, 'g' => 3][strtolower(substr($text, -1))] ?? 0;
    return (int) $text * 1024 ** $power;
}

/**
 * Takes one file of the form into the gallery.
 * @param array{error: int, tmp_name: string, size: int}|null $upload
 * @return string|null what is wrong with it, or null when it is in
 */
function take_picture(?array $upload, string $caption, string $author): ?string
{
    $error = is_int($upload['error'] ?? null) ? $upload['error'] : UPLOAD_ERR_NO_FILE;
    if ($error === UPLOAD_ERR_INI_SIZE || $error === UPLOAD_ERR_FORM_SIZE) {
        return 'That file is too large: ' . bytes(largest_upload()) . ' is the most.';
    }
    if ($error === UPLOAD_ERR_NO_FILE) {
        return 'Please choose a picture first.';
    }
    if ($error !== UPLOAD_ERR_OK || !is_uploaded_file($upload['tmp_name'])) {
        return "The upload did not arrive whole (code $error). Please try again.";
    }
    $size = @getimagesize($upload['tmp_name']);
    if ($size === false || !isset(PICTURE_TYPES[$size[2]]) || $size[0] < 1 || $size[1] < 1) {
        return 'That is not a JPEG, PNG, GIF or WebP picture.';
    }
    $file = bin2hex(random_bytes(12));
    if (!move_uploaded_file($upload['tmp_name'], subdirectory('pictures') . "/$file")) {
        return 'The picture could not be stored. Is the disk full?';
    }
    make_thumbnail($file, $size[0], $size[1]);
    database()->prepare('INSERT INTO picture (file, type, caption, width, height, bytes, author, added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
        ->execute([$file, PICTURE_TYPES[$size[2]], $caption, $size[0], $size[1], (int) $upload['size'], $author, time()]);
    return null;
}

/** Writes a smaller JPEG beside the picture. Without GD, or for a picture it can't read, the original serves. */
function make_thumbnail(string $file, int $width, int $height): void
{
    if (!function_exists('imagecreatefromstring') || $width * $height > THUMBNAIL_MOST_PIXELS) {
        return;
    }
    $path = subdirectory('pictures') . "/$file";
    $picture = @imagecreatefromstring((string) file_get_contents($path));
    if ($picture === false) {
        return;
    }
    // Cameras store pictures as the sensor saw them, and a number that says how they were held (Exif 2.32, tag 0x0112).
    $exif = function_exists('exif_read_data') ? @exif_read_data($path) : false;
    $turn = [3 => 180, 6 => 270, 8 => 90][(int) ($exif['Orientation'] ?? 1)] ?? 0;
    $picture = $turn === 0 ? $picture : imagerotate($picture, $turn, 0);
    $new_width = min(THUMBNAIL_WIDTH, imagesx($picture));
    $new_height = max(1, (int) round(imagesy($picture) * $new_width / imagesx($picture)));
    $thumbnail = imagecreatetruecolor($new_width, $new_height);
    imagefill($thumbnail, 0, 0, (int) imagecolorallocate($thumbnail, 255, 255, 255));
    imagecopyresampled($thumbnail, $picture, 0, 0, 0, 0, $new_width, $new_height, imagesx($picture), imagesy($picture));
    imagejpeg($thumbnail, "$path.thumbnail", 82);
}

function remove_picture(int $id, string $author): bool
{
    $statement = database()->prepare('SELECT file FROM picture WHERE id = ? AND author = ?');
    $statement->execute([$id, $author]);
    $file = $statement->fetchColumn();
    if (!is_string($file)) {
        return false;
    }
    database()->prepare('DELETE FROM picture WHERE id = ?')->execute([$id]);
    foreach (['', '.thumbnail'] as $ending) {
        if (is_file(subdirectory('pictures') . "/$file$ending")) {
            unlink(subdirectory('pictures') . "/$file$ending");
        }
    }
    return true;
}
