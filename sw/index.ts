/** `portside/sw`: relays requests of an app's own service worker to servers that run in a page. */
export { type ErrorCode, PortsideError } from '../protocol/errors.js';
export { type Bridge, type BridgeEvent, createBridge, type RoutedEvent } from './bridge.js';
export type { BridgeOptions } from './options.js';
export type { GuestRoute } from './routing/route.js';
