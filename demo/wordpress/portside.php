<?php
/**
 * Plugin Name: Portside
 * Description: Tells WordPress what it can't do from inside a browser tab.
 */

// WP_HTTP_BLOCK_EXTERNAL lets requests to the site's own address pass; from in here that address is the static host.
add_filter( 'block_local_requests', '__return_true' );
