<?php
/*
 * WordPress inside a browser tab. `build.mjs` copies this file into the document root and puts fresh keys where
 * the marker stands.
 */

// The database is one SQLite file: the drop-in wp-content/db.php answers in MySQL's place. It lies outside of the
// document root, because PHP's own web server hands out every file below that root.
define( 'DB_DIR', ( getenv( 'WORDPRESS_DATA' ) ?: '/var/lib/wordpress' ) . '/' );
define( 'DB_FILE', 'wordpress.sqlite' );

// MySQL's settings are read by WordPress' own checks, and used by nobody.
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', '' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', '' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
$table_prefix = 'wp_';

// One packed folder may be put on any host, and moved: so the site's own address is the one that it was asked by.
// The part in front of PHP says by X-Forwarded-Proto that the visitor's page came over HTTPS.
if ( ( $_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '' ) === 'https' ) {
	$_SERVER['HTTPS'] = 'on';
}
$portside_origin = ( ( $_SERVER['HTTPS'] ?? '' ) === 'on' ? 'https://' : 'http://' ) . ( $_SERVER['HTTP_HOST'] ?? 'localhost' );
define( 'WP_HOME', $portside_origin );
define( 'WP_SITEURL', $portside_origin );
unset( $portside_origin );

// Nothing leaves the tab. Without this, pages of the dashboard wait for api.wordpress.org until they give up.
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'AUTOMATIC_UPDATER_DISABLED', true );

// WordPress starts its timed jobs by a request to itself over the network, and that name leads to the static host,
// not to this PHP. Jobs run when wp-cron.php is opened.
define( 'DISABLE_WP_CRON', true );

// PHP owns the files, so plugins and themes are installed without FTP.
define( 'FS_METHOD', 'direct' );

/* keys */

define( 'WP_DEBUG', false );

if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
