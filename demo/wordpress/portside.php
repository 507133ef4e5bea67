<?php
/**
 * Plugin Name: Portside
 * Description: What WordPress can't find out by itself from inside a browser tab.
 */

// WP_HTTP_BLOCK_EXTERNAL lets requests to the site's own address pass; from in here that address is the static host.
add_filter( 'block_local_requests', '__return_true' );

add_action(
	'wp_install',
	static function () {
		// The installer tries by such a request whether readable addresses work, and so would settle for ?p=123. They
		// do work: PHP's own web server gives addresses of no file to index.php.
		$GLOBALS['wp_rewrite']->set_permalink_structure( '/%year%/%monthnum%/%postname%/' );
		$GLOBALS['wp_rewrite']->flush_rules();
		// Avatars are pictures on gravatar.com: nothing to show offline, and a word to a third party online.
		update_option( 'show_avatars', '0' );
	}
);

// For the same reason the settings of these addresses need no "index.php" in front.
add_filter( 'got_url_rewrite', '__return_true' );

// That server takes an address with a dot for a file, and nobody but the visitor could read a site map.
add_filter( 'wp_sitemaps_enabled', '__return_false' );

// This box of the dashboard holds news from wordpress.org.
add_action(
	'wp_dashboard_setup',
	static function () {
		remove_meta_box( 'dashboard_primary', 'dashboard', 'side' );
	}
);
