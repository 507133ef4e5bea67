<?php
/**
 * Plugin Name: Portside
 * Description: What WordPress can't find out by itself from inside a browser tab.
 */

// WP_HTTP_BLOCK_EXTERNAL lets requests to the site's own address pass; from in here that address is the static host.
add_filter( 'block_local_requests', '__return_true' );

// The installer tries whether readable addresses work by such a request, and so would settle for ?p=123. They do
// work: PHP's own web server gives addresses of no file to index.php.
add_action(
	'wp_install',
	static function () {
		$GLOBALS['wp_rewrite']->set_permalink_structure( '/%year%/%monthnum%/%postname%/' );
		$GLOBALS['wp_rewrite']->flush_rules();
	}
);

// For the same reason the settings of these addresses need no "index.php" in front.
add_filter( 'got_url_rewrite', '__return_true' );
